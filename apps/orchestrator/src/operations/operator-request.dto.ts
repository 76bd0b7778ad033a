import { FastValidation, HasVisibleText } from '@backstitch/shared-types';
import { IsBoolean, IsOptional, IsString, Length, Matches } from 'class-validator';

const NO_CONTROL_CHARACTERS = /^\P{Cc}*$/u;
const WHAT_IT_MUST = '$property must say something, without control characters';

/** The body of every action: the operator and the reason. Both are recorded. */
@FastValidation()
export class OperatorRequest {
  @IsString()
  @Length(1, 500)
  @Matches(NO_CONTROL_CHARACTERS, { message: WHAT_IT_MUST })
  @HasVisibleText()
  reason!: string;

  @IsString()
  @Length(1, 100)
  @Matches(NO_CONTROL_CHARACTERS, { message: WHAT_IT_MUST })
  @HasVisibleText()
  operator!: string;
}

@FastValidation()
export class ReplayRequest extends OperatorRequest {
  /** What made it fail was repaired: without this a poisonous dead letter is not replayed. */
  @IsOptional()
  @IsBoolean()
  repaired?: boolean;
}
