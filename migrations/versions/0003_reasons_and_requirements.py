"""what a challenge requires, what collaborations came to, and more of what a recommendation is explained by"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

RESULT = sa.Enum('adopted', 'agreement', 'ended', 'failed', name='collaborationresult', native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.add_column(sa.Column('required', sa.JSON(), nullable=False, server_default='[]'))

    with op.batch_alter_table('collaboration', schema=None) as batch_op:
        batch_op.add_column(sa.Column('result', RESULT, nullable=True))

    with op.batch_alter_table('recommendation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('override_note', sa.Text(), nullable=False, server_default=''))

    with op.batch_alter_table('recommendationrun', schema=None) as batch_op:
        batch_op.add_column(sa.Column('excluded', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('precedents', sa.JSON(), nullable=False, server_default='[]'))

    # What stood there before has got its value; from now on the models say it.
    for table, *columns in (('challenge', 'required'), ('recommendation', 'override_note'), ('recommendationrun', 'excluded', 'precedents')):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('recommendationrun', schema=None) as batch_op:
        batch_op.drop_column('precedents')
        batch_op.drop_column('excluded')

    with op.batch_alter_table('recommendation', schema=None) as batch_op:
        batch_op.drop_column('override_note')

    with op.batch_alter_table('collaboration', schema=None) as batch_op:
        batch_op.drop_constraint('collaborationresult', type_='check')
        batch_op.drop_column('result')

    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.drop_column('required')
