"""versions, questions and confidential parts of a challenge"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('challengequestion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('status', sa.Enum('asked', 'answered', 'hidden', name='challengequestionstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['user_account.id'], name=op.f('fk_challengequestion_answered_by_id_user_account')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['user_account.id'], name=op.f('fk_challengequestion_asked_by_id_user_account')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_challengequestion_challenge_id_challenge'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_challengequestion_partner_id_partner'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challengequestion'))
    )
    with op.batch_alter_table('challengequestion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_challengequestion_challenge_id'), ['challenge_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_challengequestion_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_challengequestion_status'), ['status'], unique=False)

    op.create_table('challengeversion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_challengeversion_author_id_user_account')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_challengeversion_challenge_id_challenge'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challengeversion')),
    sa.UniqueConstraint('challenge_id', 'number', name=op.f('uq_challengeversion_challenge_id_number'))
    )
    with op.batch_alter_table('challengeversion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_challengeversion_challenge_id'), ['challenge_id'], unique=False)

    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.add_column(sa.Column('confidential', sa.Text(), nullable=False, server_default=''))

    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.alter_column('confidential', server_default=None)



def downgrade() -> None:
    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.drop_column('confidential')

    with op.batch_alter_table('challengeversion', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_challengeversion_challenge_id'))

    op.drop_table('challengeversion')
    with op.batch_alter_table('challengequestion', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_challengequestion_status'))
        batch_op.drop_index(batch_op.f('ix_challengequestion_partner_id'))
        batch_op.drop_index(batch_op.f('ix_challengequestion_challenge_id'))

    op.drop_table('challengequestion')
