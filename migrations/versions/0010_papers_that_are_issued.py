"""papers that are issued"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('issuedpaper',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.Enum('request_sheet', 'application_form', 'decision', 'certificate', 'proposal_receipt', 'minutes', 'pilot_plan', 'scheme_report', name='paperkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('form', sa.String(length=60), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(length=40), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('addressee', sa.String(length=200), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('subject_type', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('issued_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('number > 0', name=op.f('ck_issuedpaper_number_from_one')),
    sa.ForeignKeyConstraint(['issued_by_id'], ['user_account.id'], name=op.f('fk_issuedpaper_issued_by_id_user_account')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_issuedpaper_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_issuedpaper_partner_id_partner')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_issuedpaper')),
    sa.UniqueConstraint('municipality_id', 'fiscal_year', 'number', name=op.f('uq_issuedpaper_municipality_id_fiscal_year_number'))
    )
    with op.batch_alter_table('issuedpaper', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_issuedpaper_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_issuedpaper_subject_type_subject_id'), ['subject_type', 'subject_id'], unique=False)

    op.create_table('papersettings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('prefix', sa.String(length=20), nullable=False),
    sa.Column('issuer_title', sa.String(length=60), nullable=False),
    sa.Column('issuer_name', sa.String(length=60), nullable=False),
    sa.Column('seal_note', sa.String(length=40), nullable=False),
    sa.Column('contact', sa.String(length=200), nullable=False),
    sa.Column('forms', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_papersettings_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_papersettings')),
    sa.UniqueConstraint('municipality_id', name=op.f('uq_papersettings_municipality_id'))
    )


def downgrade() -> None:
    op.drop_table('papersettings')
    with op.batch_alter_table('issuedpaper', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_issuedpaper_subject_type_subject_id'))
        batch_op.drop_index(batch_op.f('ix_issuedpaper_partner_id'))

    op.drop_table('issuedpaper')
