-- expand
ALTER TABLE saga_state VALIDATE CONSTRAINT saga_state_status;
