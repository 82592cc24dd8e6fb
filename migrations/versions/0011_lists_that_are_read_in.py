"""lists that are read in"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('columnmapping',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('partners', 'challenges', 'collaborations', name='importkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('header', sa.String(length=200), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_columnmapping_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_columnmapping')),
    sa.UniqueConstraint('municipality_id', 'kind', 'header', name=op.f('uq_columnmapping_municipality_id_kind_header'))
    )
    with op.batch_alter_table('columnmapping', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_columnmapping_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('importbatch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('partners', 'challenges', 'collaborations', name='importkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status', sa.Enum('preview', 'applied', 'undone', 'dropped', name='importstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('header', sa.JSON(), nullable=False),
    sa.Column('mapping', sa.JSON(), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=True),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_importbatch_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['user_account.id'], name=op.f('fk_importbatch_uploaded_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_importbatch'))
    )
    with op.batch_alter_table('importbatch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_importbatch_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('importrow',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('cells', sa.JSON(), nullable=False),
    sa.Column('given', sa.JSON(), nullable=False),
    sa.Column('errors', sa.JSON(), nullable=False),
    sa.Column('outcome', sa.Enum('created', 'updated', 'unchanged', 'refused', 'undone', 'kept', name='importoutcome', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('note', sa.String(length=40), nullable=False),
    sa.Column('entity_id', sa.Integer(), nullable=True),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['importbatch.id'], name=op.f('fk_importrow_batch_id_importbatch'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_importrow')),
    sa.UniqueConstraint('batch_id', 'number', name=op.f('uq_importrow_batch_id_number'))
    )
    with op.batch_alter_table('importrow', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_importrow_batch_id'), ['batch_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('importrow', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_importrow_batch_id'))

    op.drop_table('importrow')
    with op.batch_alter_table('importbatch', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_importbatch_municipality_id'))

    op.drop_table('importbatch')
    with op.batch_alter_table('columnmapping', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_columnmapping_municipality_id'))

    op.drop_table('columnmapping')
