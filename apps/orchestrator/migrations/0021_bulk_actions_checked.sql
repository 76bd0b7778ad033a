-- expand
ALTER TABLE operator_actions
  VALIDATE CONSTRAINT operator_actions_action,
  VALIDATE CONSTRAINT operator_actions_subject_kind;
