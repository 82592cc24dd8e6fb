"""learning from decisions, exposures, and what a recommendation was computed from"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('replaypart',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_replaypart')),
    sa.UniqueConstraint('key', name=op.f('uq_replaypart_key'))
    )
    op.create_table('rankingmodel',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('candidate', 'active', 'retired', name='rankingmodelstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('basis', sa.String(length=80), nullable=False),
    sa.Column('weights', sa.JSON(), nullable=False),
    sa.Column('compared_with', sa.JSON(), nullable=False),
    sa.Column('trained_on', sa.JSON(), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('frozen', sa.JSON(), nullable=False),
    sa.Column('at_activation', sa.JSON(), nullable=False),
    sa.Column('previous_id', sa.Integer(), nullable=True),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('activated_by_id', sa.Integer(), nullable=True),
    sa.Column('activated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['activated_by_id'], ['user_account.id'], name=op.f('fk_rankingmodel_activated_by_id_user_account')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user_account.id'], name=op.f('fk_rankingmodel_created_by_id_user_account')),
    sa.ForeignKeyConstraint(['previous_id'], ['rankingmodel.id'], name=op.f('fk_rankingmodel_previous_id_rankingmodel')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rankingmodel'))
    )
    with op.batch_alter_table('rankingmodel', schema=None) as batch_op:
        batch_op.create_index('ix_rankingmodel_one_active', ['status'], unique=True, sqlite_where=sa.text("status = 'active'"), postgresql_where=sa.text("status = 'active'"))

    op.create_table('exposure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.Enum('partners', 'challenges', name='shownlist', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('viewer_id', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=True),
    sa.Column('partner_id', sa.Integer(), nullable=True),
    sa.Column('run_id', sa.Integer(), nullable=True),
    sa.Column('list_key', sa.String(length=80), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('listed', sa.JSON(), nullable=False),
    sa.Column('depth', sa.Integer(), nullable=False),
    sa.CheckConstraint("(kind = 'partners') = (run_id IS NOT NULL)", name=op.f('ck_exposure_run_or_list')),
    sa.CheckConstraint('(municipality_id IS NULL) <> (partner_id IS NULL)', name=op.f('ck_exposure_one_house')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_exposure_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_exposure_partner_id_partner')),
    sa.ForeignKeyConstraint(['run_id'], ['recommendationrun.id'], name=op.f('fk_exposure_run_id_recommendationrun')),
    sa.ForeignKeyConstraint(['viewer_id'], ['user_account.id'], name=op.f('fk_exposure_viewer_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exposure')),
    sa.UniqueConstraint('viewer_id', 'list_key', 'day', name=op.f('uq_exposure_viewer_id_list_key_day'))
    )
    with op.batch_alter_table('exposure', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_exposure_day'), ['day'], unique=False)
        batch_op.create_index(batch_op.f('ix_exposure_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_exposure_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_exposure_run_id'), ['run_id'], unique=False)

    op.create_table('replayrecord',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=True),
    sa.Column('recommendation_id', sa.Integer(), nullable=True),
    sa.Column('recipe', sa.JSON(), nullable=False),
    sa.CheckConstraint('(run_id IS NULL) <> (recommendation_id IS NULL)', name=op.f('ck_replayrecord_one_subject')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendation.id'], name=op.f('fk_replayrecord_recommendation_id_recommendation')),
    sa.ForeignKeyConstraint(['run_id'], ['recommendationrun.id'], name=op.f('fk_replayrecord_run_id_recommendationrun')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_replayrecord')),
    sa.UniqueConstraint('recommendation_id', name=op.f('uq_replayrecord_recommendation_id')),
    sa.UniqueConstraint('run_id', name=op.f('uq_replayrecord_run_id'))
    )
    with op.batch_alter_table('recommendation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('inputs', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('basis', sa.String(length=80), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('likelihood', sa.Float(), nullable=True))
        batch_op.create_check_constraint(batch_op.f('ck_recommendation_likelihood_is_a_share'), 'likelihood BETWEEN 0 AND 1')

    with op.batch_alter_table('recommendation', schema=None) as batch_op:
        batch_op.alter_column('inputs', existing_type=sa.JSON(), server_default=None)
        batch_op.alter_column('basis', existing_type=sa.String(length=80), server_default=None)

    with op.batch_alter_table('recommendationrun', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ranking_model_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('listed', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.create_foreign_key(batch_op.f('fk_recommendationrun_ranking_model_id_rankingmodel'), 'rankingmodel', ['ranking_model_id'], ['id'])

    with op.batch_alter_table('recommendationrun', schema=None) as batch_op:
        batch_op.alter_column('listed', existing_type=sa.JSON(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('recommendationrun', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_recommendationrun_ranking_model_id_rankingmodel'), type_='foreignkey')
        batch_op.drop_column('listed')
        batch_op.drop_column('ranking_model_id')

    with op.batch_alter_table('recommendation', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_recommendation_likelihood_is_a_share'), type_='check')
        batch_op.drop_column('likelihood')
        batch_op.drop_column('basis')
        batch_op.drop_column('inputs')

    op.drop_table('replayrecord')
    with op.batch_alter_table('exposure', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_exposure_run_id'))
        batch_op.drop_index(batch_op.f('ix_exposure_partner_id'))
        batch_op.drop_index(batch_op.f('ix_exposure_municipality_id'))
        batch_op.drop_index(batch_op.f('ix_exposure_day'))

    op.drop_table('exposure')
    with op.batch_alter_table('rankingmodel', schema=None) as batch_op:
        batch_op.drop_index('ix_rankingmodel_one_active', sqlite_where=sa.text("status = 'active'"), postgresql_where=sa.text("status = 'active'"))

    op.drop_table('rankingmodel')
    op.drop_table('replaypart')
