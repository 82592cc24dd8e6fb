"""assignments, and recommendations that come from one"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


BEFORE = "source IN ('engine', 'manual', 'interest')"
AFTER = "source IN ('engine', 'manual', 'interest', 'assignment')"


def _change_check(old: str, new: str) -> None:
    """Another list of values for recommendation.source. SQLite changes no CHECK: there the table is copied."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_recommendation_recommendationsource"), "recommendation", type_="check")
        op.create_check_constraint(op.f("ck_recommendation_recommendationsource"), "recommendation", new)
        return
    known = "SELECT sql FROM sqlite_master WHERE tbl_name = 'recommendation' AND type = '{}' AND sql IS NOT NULL"
    table = connection.exec_driver_sql(known.format("table")).scalar_one()
    indexes = connection.exec_driver_sql(known.format("index")).scalars().all()
    if old not in table:
        raise RuntimeError("recommendation.source has another CHECK than expected")
    made = table.replace(old, new).replace("recommendation", "recommendation_new", 1)
    connection.exec_driver_sql(made)
    connection.exec_driver_sql("INSERT INTO recommendation_new SELECT * FROM recommendation")
    connection.exec_driver_sql("DROP TABLE recommendation")
    connection.exec_driver_sql("ALTER TABLE recommendation_new RENAME TO recommendation")
    for index in indexes:
        connection.exec_driver_sql(index)


def upgrade() -> None:
    _change_check(BEFORE, AFTER)
    op.create_table('assignment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('purpose', sa.Enum('call', 'event', 'quarter', name='assignmentpurpose', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('wanted', sa.Integer(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('registered_here', sa.Boolean(), nullable=False),
    sa.Column('status', sa.Enum('draft', 'waiting', 'running', 'ready', 'failed', 'closed', name='assignmentstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('result', sa.JSON(), nullable=False),
    sa.CheckConstraint('capacity BETWEEN 1 AND 99', name=op.f('ck_assignment_capacity')),
    sa.CheckConstraint('wanted BETWEEN 1 AND 20', name=op.f('ck_assignment_wanted')),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_assignment_author_id_user_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_assignment_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignment'))
    )
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignment_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assignment_status'), ['status'], unique=False)

    op.create_table('assignmentchallenge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_assignmentchallenge_assignment_id_assignment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_assignmentchallenge_challenge_id_challenge'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignmentchallenge')),
    sa.UniqueConstraint('assignment_id', 'challenge_id', name=op.f('uq_assignmentchallenge_assignment_id_challenge_id'))
    )
    with op.batch_alter_table('assignmentchallenge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignmentchallenge_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assignmentchallenge_challenge_id'), ['challenge_id'], unique=False)

    op.create_table('assignmentpair',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('worth', sa.Float(), nullable=False),
    sa.Column('fit', sa.Integer(), nullable=False),
    sa.Column('room', sa.Integer(), nullable=False),
    sa.Column('locked', sa.Boolean(), nullable=False),
    sa.Column('explained', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_assignmentpair_assignment_id_assignment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_assignmentpair_challenge_id_challenge'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_assignmentpair_partner_id_partner'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignmentpair')),
    sa.UniqueConstraint('assignment_id', 'challenge_id', 'partner_id', name=op.f('uq_assignmentpair_assignment_id_challenge_id_partner_id'))
    )
    with op.batch_alter_table('assignmentpair', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignmentpair_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assignmentpair_challenge_id'), ['challenge_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assignmentpair_partner_id'), ['partner_id'], unique=False)

    op.create_table('assignmentrule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.Enum('lock', 'forbid', name='assignmentrulekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_assignmentrule_assignment_id_assignment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_assignmentrule_author_id_user_account')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_assignmentrule_challenge_id_challenge'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_assignmentrule_partner_id_partner'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignmentrule')),
    sa.UniqueConstraint('assignment_id', 'challenge_id', 'partner_id', name=op.f('uq_assignmentrule_assignment_id_challenge_id_partner_id'))
    )
    with op.batch_alter_table('assignmentrule', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignmentrule_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assignmentrule_challenge_id'), ['challenge_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assignmentrule_partner_id'), ['partner_id'], unique=False)



def downgrade() -> None:
    op.execute("UPDATE recommendation SET source = 'engine' WHERE source = 'assignment'")
    _change_check(AFTER, BEFORE)
    with op.batch_alter_table('assignmentrule', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assignmentrule_partner_id'))
        batch_op.drop_index(batch_op.f('ix_assignmentrule_challenge_id'))
        batch_op.drop_index(batch_op.f('ix_assignmentrule_assignment_id'))

    op.drop_table('assignmentrule')
    with op.batch_alter_table('assignmentpair', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assignmentpair_partner_id'))
        batch_op.drop_index(batch_op.f('ix_assignmentpair_challenge_id'))
        batch_op.drop_index(batch_op.f('ix_assignmentpair_assignment_id'))

    op.drop_table('assignmentpair')
    with op.batch_alter_table('assignmentchallenge', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assignmentchallenge_challenge_id'))
        batch_op.drop_index(batch_op.f('ix_assignmentchallenge_assignment_id'))

    op.drop_table('assignmentchallenge')
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assignment_status'))
        batch_op.drop_index(batch_op.f('ix_assignment_municipality_id'))

    op.drop_table('assignment')
