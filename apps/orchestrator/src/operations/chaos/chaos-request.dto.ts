import { CHAOS_SECONDS_MAX, FastValidation } from '@backstitch/shared-types';
import { IsInt, IsNumber, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { OperatorRequest } from '../operator-request.dto.js';

/** The body of PUT /chaos/:knob. The bounds of the value are those of the knob. */
@FastValidation()
export class ChaosSettingRequest extends OperatorRequest {
  @IsNumber({ allowNaN: false, allowInfinity: false })
  value!: number;

  /** For so long; then the configured value is back. */
  @IsInt()
  @Min(1)
  @Max(CHAOS_SECONDS_MAX)
  seconds!: number;
}

const VISIBLE = /^(?=.*\S)\P{Cc}*$/u;
const WHAT_IT_MUST = '$property must say something, without control characters';

/** The query of DELETE /chaos and of DELETE /chaos/:knob: it has no body. */
export class ChaosEndQuery {
  @IsOptional()
  @IsString()
  @Length(1, 500)
  @Matches(VISIBLE, { message: WHAT_IT_MUST })
  reason?: string;

  /** Only without a token: with one, the operator is its subject. */
  @IsOptional()
  @IsString()
  @Length(1, 100)
  @Matches(VISIBLE, { message: WHAT_IT_MUST })
  operator?: string;
}
