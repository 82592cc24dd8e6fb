"""proposals"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('solution', 'field_test', name='proposalkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('solution', sa.Text(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('asks', sa.Text(), nullable=False),
    sa.Column('schedule', sa.Text(), nullable=False),
    sa.Column('cost', sa.Text(), nullable=False),
    sa.Column('confidential', sa.Boolean(), nullable=False),
    sa.Column('status', sa.Enum('draft', 'received', 'coordinating', 'dialogue', 'preparing', 'pilot', 'completed', 'declined', 'withdrawn', 'forwarded', name='proposalstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('holder', sa.Enum('partner', 'secretariat', 'department', name='proposalholder', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('held_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('department_id', sa.Integer(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('receipt_year', sa.Integer(), nullable=True),
    sa.Column('receipt_number', sa.Integer(), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.Enum('off_target', 'no_department', 'no_budget', 'no_field', 'already_done', 'not_ready', 'legal', 'other', name='proposaldecline', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('reason_note', sa.Text(), nullable=False),
    sa.Column('forward_to_id', sa.Integer(), nullable=True),
    sa.Column('forward_asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('forward_consented_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('forwarded_from_id', sa.Integer(), nullable=True),
    sa.Column('collaboration_id', sa.Integer(), nullable=True),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('external_key', sa.String(length=80), nullable=True),
    sa.Column('provenance', sa.JSON(), nullable=False),
    sa.CheckConstraint("(kind = 'solution') = (challenge_id IS NOT NULL)", name=op.f('ck_proposal_names_a_challenge')),
    sa.CheckConstraint('(received_at IS NULL) = (receipt_number IS NULL)', name=op.f('ck_proposal_has_a_receipt')),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_proposal_author_id_user_account')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_proposal_challenge_id_challenge')),
    sa.ForeignKeyConstraint(['collaboration_id'], ['collaboration.id'], name=op.f('fk_proposal_collaboration_id_collaboration')),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_proposal_department_id_department')),
    sa.ForeignKeyConstraint(['forward_to_id'], ['municipality.id'], name=op.f('fk_proposal_forward_to_id_municipality')),
    sa.ForeignKeyConstraint(['forwarded_from_id'], ['proposal.id'], name=op.f('fk_proposal_forwarded_from_id_proposal')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_proposal_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal')),
    sa.UniqueConstraint('external_key', name=op.f('uq_proposal_external_key')),
    sa.UniqueConstraint('municipality_id', 'receipt_year', 'receipt_number', name=op.f('uq_proposal_municipality_id_receipt_year_receipt_number'))
    )
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_challenge_id'), ['challenge_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_collaboration_id'), ['collaboration_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_department_id'), ['department_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_status'), ['status'], unique=False)

    op.create_table('consultation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('department_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('waiting', 'yes', 'no', 'question', 'closed', name='consultationstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('due', sa.Date(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['user_account.id'], name=op.f('fk_consultation_answered_by_id_user_account')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['user_account.id'], name=op.f('fk_consultation_asked_by_id_user_account')),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_consultation_department_id_department')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_consultation_proposal_id_proposal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation')),
    sa.UniqueConstraint('proposal_id', 'department_id', name=op.f('uq_consultation_proposal_id_department_id'))
    )
    with op.batch_alter_table('consultation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consultation_department_id'), ['department_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_consultation_proposal_id'), ['proposal_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_consultation_status'), ['status'], unique=False)

    op.create_table('proposalnote',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=True),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('asks', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_proposalnote_author_id_user_account')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_proposalnote_partner_id_partner')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposalnote_proposal_id_proposal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposalnote'))
    )
    with op.batch_alter_table('proposalnote', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposalnote_proposal_id'), ['proposal_id'], unique=False)

    op.create_table('proposalpartner',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('lead', sa.Boolean(), nullable=False),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_proposalpartner_partner_id_partner'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposalpartner_proposal_id_proposal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposalpartner')),
    sa.UniqueConstraint('proposal_id', 'partner_id', name=op.f('uq_proposalpartner_proposal_id_partner_id'))
    )
    with op.batch_alter_table('proposalpartner', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposalpartner_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposalpartner_proposal_id'), ['proposal_id'], unique=False)

    op.create_table('proposalversion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_proposalversion_author_id_user_account')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposalversion_proposal_id_proposal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposalversion')),
    sa.UniqueConstraint('proposal_id', 'number', name=op.f('uq_proposalversion_proposal_id_number'))
    )
    with op.batch_alter_table('proposalversion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposalversion_proposal_id'), ['proposal_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('proposalversion', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposalversion_proposal_id'))

    op.drop_table('proposalversion')
    with op.batch_alter_table('proposalpartner', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposalpartner_proposal_id'))
        batch_op.drop_index(batch_op.f('ix_proposalpartner_partner_id'))

    op.drop_table('proposalpartner')
    with op.batch_alter_table('proposalnote', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposalnote_proposal_id'))

    op.drop_table('proposalnote')
    with op.batch_alter_table('consultation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consultation_status'))
        batch_op.drop_index(batch_op.f('ix_consultation_proposal_id'))
        batch_op.drop_index(batch_op.f('ix_consultation_department_id'))

    op.drop_table('consultation')
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposal_status'))
        batch_op.drop_index(batch_op.f('ix_proposal_municipality_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_department_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_collaboration_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_challenge_id'))

    op.drop_table('proposal')
