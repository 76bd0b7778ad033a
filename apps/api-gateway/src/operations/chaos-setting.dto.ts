import { CHAOS_SECONDS_MAX } from '@backstitch/shared-types';
import { ApiProperty } from '@nestjs/swagger';
import { OperatorReason } from './operator-reason.dto.js';

/** The body of PUT /operations/chaos/:knob, for the documentation. The orchestrator validates it. */
export class ChaosSettingBody extends OperatorReason {
  @ApiProperty({ example: 0.5, description: 'A share from 0 to 1, or milliseconds' })
  value!: number;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: CHAOS_SECONDS_MAX, example: 60 })
  seconds!: number;
}
