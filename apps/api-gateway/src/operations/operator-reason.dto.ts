import { ApiProperty } from '@nestjs/swagger';

/** The body of an action, for the documentation. The orchestrator validates it. */
export class OperatorReason {
  @ApiProperty({ minLength: 1, maxLength: 500, example: 'The bank answers again.' })
  reason!: string;
}

export class ReplayReason extends OperatorReason {
  @ApiProperty({ required: false, description: 'What made the command fail was repaired' })
  repaired?: boolean;
}
