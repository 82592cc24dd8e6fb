"""files, schemes that are run, applications"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

#: table → the CHECK constraints that change: name → (as they were, as they are)
CHECKS = {
    'membership': {
        'role': (
            "role IN ('admin', 'coordinator', 'department', 'partner_admin', 'partner_member', 'anonymous', 'system')",
            "role IN ('admin', 'coordinator', 'department', 'partner_admin', 'partner_member', 'reviewer', 'anonymous', 'system')",
        ),
        'one_house': (
            "(municipality_id IS NULL) <> (partner_id IS NULL)",
            "(municipality_id IS NOT NULL AND partner_id IS NULL AND scheme_id IS NULL)"
            " OR (municipality_id IS NULL AND partner_id IS NOT NULL AND scheme_id IS NULL)"
            " OR (municipality_id IS NULL AND partner_id IS NULL AND scheme_id IS NOT NULL)",
        ),
        'role_fits_house': (
            "(municipality_id IS NOT NULL AND role IN ('coordinator','department'))"
            " OR (partner_id IS NOT NULL AND role IN ('partner_admin','partner_member'))",
            "(municipality_id IS NOT NULL AND role IN ('coordinator','department'))"
            " OR (partner_id IS NOT NULL AND role IN ('partner_admin','partner_member'))"
            " OR (scheme_id IS NOT NULL AND role = 'reviewer')",
        ),
    },
    'workinggroup': {
        'groupstatus': (
            "status IN ('active', 'dormant', 'closed')",
            "status IN ('proposed', 'active', 'dormant', 'closed', 'refused')",
        ),
    },
    'collaboration': {
        'collaborationresult': (
            "result IN ('adopted', 'agreement', 'ended', 'failed')",
            "result IN ('adopted', 'agreement', 'procurement', 'ended', 'failed')",
        ),
    },
}
#: what rows that were there before get
FORMER = {
    'updated_at': sa.text('CURRENT_TIMESTAMP'),
    'version': '1',
    'scope': 'municipality',
    'published': sa.false(),
    'summary': '',
    'eligible_kinds': '[]',
    'eligibility': '',
    'contact_email': '',
}


def _change_checks(which):
    for table, checks in CHECKS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, said in checks.items():
                batch_op.drop_constraint(name, type_='check')
                batch_op.create_check_constraint(name, said[which])


def upgrade() -> None:
    op.create_table('attachment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('subject_type', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('public', sa.Boolean(), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['user_account.id'], name=op.f('fk_attachment_uploaded_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment'))
    )
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attachment_subject_type_subject_id'), ['subject_type', 'subject_id'], unique=False)

    op.create_table('attachmentcontent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attachment_id', sa.Integer(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['attachment_id'], ['attachment.id'], name=op.f('fk_attachmentcontent_attachment_id_attachment'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachmentcontent')),
    sa.UniqueConstraint('attachment_id', name=op.f('uq_attachmentcontent_attachment_id'))
    )
    op.create_table('schemetier',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('scheme_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('level', sa.Enum('declaration', 'registration', 'certification', name='tierlevel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('requires_id', sa.Integer(), nullable=True),
    sa.Column('intake', sa.Enum('rolling', 'rounds', name='intake', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('term_years', sa.Integer(), nullable=True),
    sa.Column('term_to_fiscal_year_end', sa.Boolean(), nullable=False),
    sa.Column('renew_from_days', sa.Integer(), nullable=False),
    sa.Column('number_format', sa.String(length=60), nullable=False),
    sa.Column('certificate_title', sa.String(length=100), nullable=False),
    sa.Column('certificate_text', sa.Text(), nullable=False),
    sa.Column('issuer', sa.String(length=100), nullable=False),
    sa.Column('benefits', sa.JSON(), nullable=False),
    sa.Column('logo_rules', sa.Text(), nullable=False),
    sa.Column('publishes_actions', sa.Boolean(), nullable=False),
    sa.CheckConstraint('term_years IS NULL OR term_years BETWEEN 1 AND 20', name=op.f('ck_schemetier_term_is_years')),
    sa.ForeignKeyConstraint(['requires_id'], ['schemetier.id'], name=op.f('fk_schemetier_requires_id_schemetier')),
    sa.ForeignKeyConstraint(['scheme_id'], ['scheme.id'], name=op.f('fk_schemetier_scheme_id_scheme'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schemetier')),
    sa.UniqueConstraint('scheme_id', 'position', name=op.f('uq_schemetier_scheme_id_position'))
    )
    with op.batch_alter_table('schemetier', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_schemetier_scheme_id'), ['scheme_id'], unique=False)

    op.create_table('schemeform',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tier_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('rules', sa.JSON(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['tier_id'], ['schemetier.id'], name=op.f('fk_schemeform_tier_id_schemetier'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schemeform')),
    sa.UniqueConstraint('tier_id', 'number', name=op.f('uq_schemeform_tier_id_number'))
    )
    with op.batch_alter_table('schemeform', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_schemeform_tier_id'), ['tier_id'], unique=False)

    op.create_table('schemeround',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tier_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('opens', sa.Date(), nullable=False),
    sa.Column('closes', sa.Date(), nullable=False),
    sa.Column('decision_date', sa.Date(), nullable=True),
    sa.CheckConstraint('closes >= opens', name=op.f('ck_schemeround_closes_after_opening')),
    sa.ForeignKeyConstraint(['tier_id'], ['schemetier.id'], name=op.f('fk_schemeround_tier_id_schemetier'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schemeround'))
    )
    with op.batch_alter_table('schemeround', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_schemeround_tier_id'), ['tier_id'], unique=False)

    op.create_table('application',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('scheme_id', sa.Integer(), nullable=False),
    sa.Column('tier_id', sa.Integer(), nullable=False),
    sa.Column('form_id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=True),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('previous_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.Enum('new', 'renewal', name='applicationkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status', sa.Enum('draft', 'received', 'screening', 'asked', 'granted', 'refused', 'suspended', 'expired', 'ended', 'cancelled', 'withdrawn', name='applicationstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('locality', sa.String(length=60), nullable=False),
    sa.Column('score', sa.JSON(), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('submitted_by_id', sa.Integer(), nullable=True),
    sa.Column('asked', sa.Text(), nullable=False),
    sa.Column('reply', sa.Text(), nullable=False),
    sa.Column('screening_note', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.String(length=60), nullable=True),
    sa.Column('verify_key', sa.String(length=32), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('reminded_for', sa.Date(), nullable=True),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.CheckConstraint('valid_until IS NULL OR valid_until >= valid_from', name=op.f('ck_application_term_in_order')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['user_account.id'], name=op.f('fk_application_decided_by_id_user_account')),
    sa.ForeignKeyConstraint(['form_id'], ['schemeform.id'], name=op.f('fk_application_form_id_schemeform')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_application_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_application_partner_id_partner')),
    sa.ForeignKeyConstraint(['previous_id'], ['application.id'], name=op.f('fk_application_previous_id_application')),
    sa.ForeignKeyConstraint(['round_id'], ['schemeround.id'], name=op.f('fk_application_round_id_schemeround')),
    sa.ForeignKeyConstraint(['scheme_id'], ['scheme.id'], name=op.f('fk_application_scheme_id_scheme')),
    sa.ForeignKeyConstraint(['submitted_by_id'], ['user_account.id'], name=op.f('fk_application_submitted_by_id_user_account')),
    sa.ForeignKeyConstraint(['tier_id'], ['schemetier.id'], name=op.f('fk_application_tier_id_schemetier')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_application')),
    sa.UniqueConstraint('tier_id', 'number', name=op.f('uq_application_tier_id_number')),
    sa.UniqueConstraint('verify_key', name=op.f('uq_application_verify_key'))
    )
    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_application_municipality_id'), ['municipality_id'], unique=False)
        batch_op.create_index('ix_application_one_open', ['tier_id', 'partner_id'], unique=True, sqlite_where=sa.text("status IN ('draft','received','screening','asked')"), postgresql_where=sa.text("status IN ('draft','received','screening','asked')"))
        batch_op.create_index(batch_op.f('ix_application_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_application_round_id'), ['round_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_application_scheme_id'), ['scheme_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_application_status'), ['status'], unique=False)
        batch_op.create_index(batch_op.f('ix_application_valid_until'), ['valid_until'], unique=False)

    op.create_table('schemequestion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('form_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.Enum('text', 'long_text', 'number', 'date', 'choice', 'check', 'declaration', 'file', 'targets', name='questionkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('section', sa.String(length=100), nullable=False),
    sa.Column('label', sa.String(length=300), nullable=False),
    sa.Column('help', sa.Text(), nullable=False),
    sa.Column('required', sa.Boolean(), nullable=False),
    sa.Column('renewal_only', sa.Boolean(), nullable=False),
    sa.Column('public', sa.Boolean(), nullable=False),
    sa.Column('category', sa.String(length=60), nullable=False),
    sa.Column('level', sa.Enum('basic', 'challenge', name='itemlevel', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('weight', sa.Float(), nullable=False),
    sa.Column('unit', sa.String(length=30), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.CheckConstraint('weight >= 0', name=op.f('ck_schemequestion_weight_not_negative')),
    sa.ForeignKeyConstraint(['form_id'], ['schemeform.id'], name=op.f('fk_schemequestion_form_id_schemeform'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schemequestion')),
    sa.UniqueConstraint('form_id', 'key', name=op.f('uq_schemequestion_form_id_key'))
    )
    with op.batch_alter_table('schemequestion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_schemequestion_form_id'), ['form_id'], unique=False)

    op.create_table('answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_answer_application_id_application'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['question_id'], ['schemequestion.id'], name=op.f('fk_answer_question_id_schemequestion')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer')),
    sa.UniqueConstraint('application_id', 'question_id', name=op.f('uq_answer_application_id_question_id'))
    )
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_application_id'), ['application_id'], unique=False)

    op.create_table('changereport',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=100), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('filed_by_id', sa.Integer(), nullable=True),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('noted_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_changereport_application_id_application'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['filed_by_id'], ['user_account.id'], name=op.f('fk_changereport_filed_by_id_user_account')),
    sa.ForeignKeyConstraint(['noted_by_id'], ['user_account.id'], name=op.f('fk_changereport_noted_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_changereport'))
    )
    with op.batch_alter_table('changereport', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_changereport_application_id'), ['application_id'], unique=False)

    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.add_column(sa.Column('scheme_id', sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_membership_user_id_scheme_id'), ['user_id', 'scheme_id'])
        batch_op.create_foreign_key(batch_op.f('fk_membership_scheme_id_scheme'), 'scheme', ['scheme_id'], ['id'], ondelete='CASCADE')

    with op.batch_alter_table('scheme', schema=None) as batch_op:
        batch_op.add_column(sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False, server_default=FORMER['updated_at']))
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default=FORMER['version']))
        batch_op.add_column(sa.Column('scope', sa.Enum('municipality', 'prefecture', 'nation', name='schemescope', native_enum=False, create_constraint=True, length=32), nullable=False, server_default=FORMER['scope']))
        batch_op.add_column(sa.Column('published', sa.Boolean(), nullable=False, server_default=FORMER['published']))
        batch_op.add_column(sa.Column('summary', sa.Text(), nullable=False, server_default=FORMER['summary']))
        batch_op.add_column(sa.Column('eligible_kinds', sa.JSON(), nullable=False, server_default=FORMER['eligible_kinds']))
        batch_op.add_column(sa.Column('eligibility', sa.Text(), nullable=False, server_default=FORMER['eligibility']))
        batch_op.add_column(sa.Column('contact_email', sa.String(length=254), nullable=False, server_default=FORMER['contact_email']))
        batch_op.create_index(batch_op.f('ix_scheme_published'), ['published'], unique=False)

    with op.batch_alter_table('scheme', schema=None) as batch_op:
        for column in FORMER:
            batch_op.alter_column(column, server_default=None)
    _change_checks(1)


def downgrade() -> None:
    _change_checks(0)
    with op.batch_alter_table('scheme', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scheme_published'))
        batch_op.drop_column('contact_email')
        batch_op.drop_column('eligibility')
        batch_op.drop_column('eligible_kinds')
        batch_op.drop_column('summary')
        batch_op.drop_column('published')
        batch_op.drop_constraint('schemescope', type_='check')
        batch_op.drop_column('scope')
        batch_op.drop_column('version')
        batch_op.drop_column('updated_at')

    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_membership_scheme_id_scheme'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_membership_user_id_scheme_id'), type_='unique')
        batch_op.drop_column('scheme_id')

    with op.batch_alter_table('changereport', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_changereport_application_id'))

    op.drop_table('changereport')
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_answer_application_id'))

    op.drop_table('answer')
    with op.batch_alter_table('schemequestion', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_schemequestion_form_id'))

    op.drop_table('schemequestion')
    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_application_valid_until'))
        batch_op.drop_index(batch_op.f('ix_application_status'))
        batch_op.drop_index(batch_op.f('ix_application_scheme_id'))
        batch_op.drop_index(batch_op.f('ix_application_round_id'))
        batch_op.drop_index(batch_op.f('ix_application_partner_id'))
        batch_op.drop_index('ix_application_one_open', sqlite_where=sa.text("status IN ('draft','received','screening','asked')"), postgresql_where=sa.text("status IN ('draft','received','screening','asked')"))
        batch_op.drop_index(batch_op.f('ix_application_municipality_id'))

    op.drop_table('application')
    with op.batch_alter_table('schemeround', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_schemeround_tier_id'))

    op.drop_table('schemeround')
    with op.batch_alter_table('schemeform', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_schemeform_tier_id'))

    op.drop_table('schemeform')
    with op.batch_alter_table('schemetier', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_schemetier_scheme_id'))

    op.drop_table('schemetier')
    op.drop_table('attachmentcontent')
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attachment_subject_type_subject_id'))

    op.drop_table('attachment')
