import { BULK_ACTIONS, BULK_PER_SECOND_MAX, BULK_SAGAS_MAX } from '@backstitch/shared-types';
import { ApiProperty } from '@nestjs/swagger';
import { OperatorReason } from './operator-reason.dto.js';

/** The body of POST /operations/previews, for the documentation. The orchestrator validates it. */
export class PreviewBody {
  @ApiProperty({ enum: BULK_ACTIONS })
  action!: string;

  @ApiProperty({ required: false, type: [String], format: 'uuid', maxItems: BULK_SAGAS_MAX })
  ids?: string[];

  @ApiProperty({
    required: false,
    type: Object,
    description: 'Instead of ids: q, status, is, code, step, since, as GET /operations/sagas',
  })
  filter?: Record<string, string>;
}

export class BulkBody extends OperatorReason {
  @ApiProperty({ format: 'uuid' })
  previewId!: string;

  @ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: BULK_PER_SECOND_MAX })
  perSecond?: number;
}
