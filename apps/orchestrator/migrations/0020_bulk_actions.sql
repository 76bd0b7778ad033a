-- expand
-- Bulk operations, and their end, in the record of actions.
ALTER TABLE operator_actions
  DROP CONSTRAINT operator_actions_action,
  ADD CONSTRAINT operator_actions_action CHECK (action IN
    ('replay', 'discard', 'retry', 'resume', 'compensate', 'set', 'end', 'bulk', 'stop')) NOT VALID,
  DROP CONSTRAINT operator_actions_subject_kind,
  ADD CONSTRAINT operator_actions_subject_kind
    CHECK (subject_kind IN ('dead-letter', 'saga', 'chaos', 'bulk')) NOT VALID;
