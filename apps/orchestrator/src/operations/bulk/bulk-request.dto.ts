import {
  BULK_ACTIONS,
  BULK_PER_SECOND_MAX,
  BULK_SAGAS_MAX,
  type BulkAction,
} from '@backstitch/shared-types';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { OperatorRequest } from '../operator-request.dto.js';

/** The body of POST /previews: the ids of sagas, or a filter as GET /sagas has it. */
export class PreviewRequest {
  @IsIn(BULK_ACTIONS)
  action!: BulkAction;

  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(BULK_SAGAS_MAX)
  @IsUUID('loose', { each: true })
  ids?: string[];

  @IsOptional()
  @IsObject()
  filter?: Record<string, unknown>;

  /** Only without a token: with one, the operator is its subject. */
  @IsOptional()
  @IsString()
  @Length(1, 100)
  @Matches(/^(?=.*\S)\P{Cc}*$/u)
  operator?: string;
}

/** The body of POST /bulk. */
export class BulkRequest extends OperatorRequest {
  @IsUUID('loose')
  previewId!: string;

  /** Sagas that are acted on in a second at most [10]. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(BULK_PER_SECOND_MAX)
  perSecond?: number;
}
