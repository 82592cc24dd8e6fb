"""working groups that are run"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

#: what groups that were there before get
FORMER = {
    'needs_registration': sa.true(),
    'kinds': '[]',
    'decision_note': '',
    'closing_note': '',
    'dormant_after_days': '180',
}


def upgrade() -> None:
    op.create_table('groupinvitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['workinggroup.id'], name=op.f('fk_groupinvitation_group_id_workinggroup'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_groupinvitation_partner_id_partner'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_groupinvitation')),
    sa.UniqueConstraint('group_id', 'partner_id', name=op.f('uq_groupinvitation_group_id_partner_id'))
    )
    with op.batch_alter_table('groupinvitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_groupinvitation_group_id'), ['group_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_groupinvitation_partner_id'), ['partner_id'], unique=False)

    op.create_table('groupmeeting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('status', sa.Enum('planned', 'held', 'cancelled', name='meetingstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('online_link', sa.String(length=500), nullable=False),
    sa.Column('agenda', sa.Text(), nullable=False),
    sa.Column('minutes', sa.Text(), nullable=False),
    sa.Column('minutes_published', sa.Boolean(), nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_groupmeeting_ends_after_start')),
    sa.ForeignKeyConstraint(['group_id'], ['workinggroup.id'], name=op.f('fk_groupmeeting_group_id_workinggroup'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_groupmeeting'))
    )
    with op.batch_alter_table('groupmeeting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_groupmeeting_group_id'), ['group_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_groupmeeting_starts_at'), ['starts_at'], unique=False)

    op.create_table('groupresult',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('achieved_on', sa.Date(), nullable=False),
    sa.Column('published', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['workinggroup.id'], name=op.f('fk_groupresult_group_id_workinggroup'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_groupresult'))
    )
    with op.batch_alter_table('groupresult', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_groupresult_group_id'), ['group_id'], unique=False)

    op.create_table('grouptask',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('assignee_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('due', sa.Date(), nullable=True),
    sa.Column('status', sa.Enum('open', 'done', 'dropped', name='taskstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.ForeignKeyConstraint(['assignee_id'], ['partner.id'], name=op.f('fk_grouptask_assignee_id_partner')),
    sa.ForeignKeyConstraint(['group_id'], ['workinggroup.id'], name=op.f('fk_grouptask_group_id_workinggroup'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grouptask'))
    )
    with op.batch_alter_table('grouptask', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_grouptask_assignee_id'), ['assignee_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_grouptask_group_id'), ['group_id'], unique=False)

    op.create_table('meetingattendance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('comes', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['groupmeeting.id'], name=op.f('fk_meetingattendance_meeting_id_groupmeeting'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_meetingattendance_partner_id_partner'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetingattendance')),
    sa.UniqueConstraint('meeting_id', 'partner_id', name=op.f('uq_meetingattendance_meeting_id_partner_id'))
    )
    with op.batch_alter_table('meetingattendance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetingattendance_meeting_id'), ['meeting_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_meetingattendance_partner_id'), ['partner_id'], unique=False)

    with op.batch_alter_table('groupmember', schema=None) as batch_op:
        batch_op.add_column(sa.Column('role', sa.Enum('member', 'chair', 'vice_chair', 'secretary', name='grouprole', native_enum=False, create_constraint=True, length=32), nullable=False, server_default='member'))

    with op.batch_alter_table('workinggroup', schema=None) as batch_op:
        batch_op.add_column(sa.Column('founder_partner_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('needs_registration', sa.Boolean(), nullable=False, server_default=FORMER['needs_registration']))
        batch_op.add_column(sa.Column('kinds', sa.JSON(), nullable=False, server_default=FORMER['kinds']))
        batch_op.add_column(sa.Column('decision_note', sa.Text(), nullable=False, server_default=FORMER['decision_note']))
        batch_op.add_column(sa.Column('closing_note', sa.Text(), nullable=False, server_default=FORMER['closing_note']))
        batch_op.add_column(sa.Column('dormant_after_days', sa.Integer(), nullable=False, server_default=FORMER['dormant_after_days']))
        batch_op.add_column(sa.Column('last_active_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('idle_warned_on', sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f('ix_workinggroup_founder_partner_id'), ['founder_partner_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_workinggroup_founder_partner_id_partner'), 'partner', ['founder_partner_id'], ['id'])

    with op.batch_alter_table('workinggroup', schema=None) as batch_op:
        for column in FORMER:
            batch_op.alter_column(column, server_default=None)
    with op.batch_alter_table('groupmember', schema=None) as batch_op:
        batch_op.alter_column('role', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('workinggroup', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_workinggroup_founder_partner_id_partner'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_workinggroup_founder_partner_id'))
        batch_op.drop_column('idle_warned_on')
        batch_op.drop_column('last_active_on')
        batch_op.drop_column('dormant_after_days')
        batch_op.drop_column('closing_note')
        batch_op.drop_column('decision_note')
        batch_op.drop_column('kinds')
        batch_op.drop_column('needs_registration')
        batch_op.drop_column('founder_partner_id')

    with op.batch_alter_table('groupmember', schema=None) as batch_op:
        batch_op.drop_constraint('grouprole', type_='check')
        batch_op.drop_column('role')

    with op.batch_alter_table('meetingattendance', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetingattendance_partner_id'))
        batch_op.drop_index(batch_op.f('ix_meetingattendance_meeting_id'))

    op.drop_table('meetingattendance')
    with op.batch_alter_table('grouptask', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_grouptask_group_id'))
        batch_op.drop_index(batch_op.f('ix_grouptask_assignee_id'))

    op.drop_table('grouptask')
    with op.batch_alter_table('groupresult', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_groupresult_group_id'))

    op.drop_table('groupresult')
    with op.batch_alter_table('groupmeeting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_groupmeeting_starts_at'))
        batch_op.drop_index(batch_op.f('ix_groupmeeting_group_id'))

    op.drop_table('groupmeeting')
    with op.batch_alter_table('groupinvitation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_groupinvitation_partner_id'))
        batch_op.drop_index(batch_op.f('ix_groupinvitation_group_id'))

    op.drop_table('groupinvitation')
