"""collaborations that are run: agreement, pilot plan, notes"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

#: texts that rows which were there before do not have
WRITTEN = ('place', 'agreement_topic', 'next_step_reason', 'learned')


def upgrade() -> None:
    op.create_table('collaborationnote',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('collaboration_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('progress', 'incident', 'lesson', name='notekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('partner_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_collaborationnote_author_id_user_account')),
    sa.ForeignKeyConstraint(['collaboration_id'], ['collaboration.id'], name=op.f('fk_collaborationnote_collaboration_id_collaboration'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_collaborationnote_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collaborationnote'))
    )
    with op.batch_alter_table('collaborationnote', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_collaborationnote_collaboration_id'), ['collaboration_id'], unique=False)

    op.create_table('pilotplan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('collaboration_id', sa.Integer(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('roles', sa.Text(), nullable=False),
    sa.Column('data', sa.Text(), nullable=False),
    sa.Column('safety', sa.Text(), nullable=False),
    sa.Column('cost_city', sa.BigInteger(), nullable=True),
    sa.Column('cost_partner', sa.BigInteger(), nullable=True),
    sa.Column('agreed_by_city_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('agreed_by_city_id', sa.Integer(), nullable=True),
    sa.Column('agreed_by_partner_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('agreed_by_partner_id', sa.Integer(), nullable=True),
    sa.Column('partner_note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['agreed_by_city_id'], ['user_account.id'], name=op.f('fk_pilotplan_agreed_by_city_id_user_account')),
    sa.ForeignKeyConstraint(['agreed_by_partner_id'], ['user_account.id'], name=op.f('fk_pilotplan_agreed_by_partner_id_user_account')),
    sa.ForeignKeyConstraint(['collaboration_id'], ['collaboration.id'], name=op.f('fk_pilotplan_collaboration_id_collaboration'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilotplan')),
    sa.UniqueConstraint('collaboration_id', name=op.f('uq_pilotplan_collaboration_id'))
    )
    op.create_table('successcriterion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('collaboration_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('measure', sa.String(length=200), nullable=False),
    sa.Column('target', sa.String(length=100), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=False),
    sa.Column('result', sa.String(length=200), nullable=False),
    sa.Column('met', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['collaboration_id'], ['collaboration.id'], name=op.f('fk_successcriterion_collaboration_id_collaboration'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_successcriterion'))
    )
    with op.batch_alter_table('successcriterion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_successcriterion_collaboration_id'), ['collaboration_id'], unique=False)

    with op.batch_alter_table('collaboration', schema=None) as batch_op:
        batch_op.add_column(sa.Column('recommendation_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('department_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('period_from', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('period_until', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('place', sa.String(length=200), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('agreement_kind', sa.Enum('comprehensive', 'topical', 'pilot', 'memorandum', name='agreementkind', native_enum=False, create_constraint=True, length=32), nullable=True))
        batch_op.add_column(sa.Column('agreement_date', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('agreement_topic', sa.String(length=300), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('next_step_reason', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('learned', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('published_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_collaboration_department_id'), ['department_id'], unique=False)
        batch_op.create_unique_constraint(batch_op.f('uq_collaboration_recommendation_id'), ['recommendation_id'])
        batch_op.create_foreign_key(batch_op.f('fk_collaboration_department_id_department'), 'department', ['department_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_collaboration_recommendation_id_recommendation'), 'recommendation', ['recommendation_id'], ['id'])

    with op.batch_alter_table('collaboration', schema=None) as batch_op:
        for column in WRITTEN:
            batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('collaboration', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_collaboration_recommendation_id_recommendation'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_collaboration_department_id_department'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_collaboration_recommendation_id'), type_='unique')
        batch_op.drop_index(batch_op.f('ix_collaboration_department_id'))
        batch_op.drop_column('published_at')
        batch_op.drop_column('learned')
        batch_op.drop_column('next_step_reason')
        batch_op.drop_column('agreement_topic')
        batch_op.drop_column('agreement_date')
        batch_op.drop_constraint('agreementkind', type_='check')
        batch_op.drop_column('agreement_kind')
        batch_op.drop_column('place')
        batch_op.drop_column('period_until')
        batch_op.drop_column('period_from')
        batch_op.drop_column('department_id')
        batch_op.drop_column('recommendation_id')

    with op.batch_alter_table('successcriterion', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_successcriterion_collaboration_id'))

    op.drop_table('successcriterion')
    op.drop_table('pilotplan')
    with op.batch_alter_table('collaborationnote', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_collaborationnote_collaboration_id'))

    op.drop_table('collaborationnote')
