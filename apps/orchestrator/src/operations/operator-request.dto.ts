import { FastValidation, HasVisibleText } from '@backstitch/shared-types';
import { IsBoolean, IsOptional, IsString, Length, Matches } from 'class-validator';

const NO_CONTROL_CHARACTERS = /^\P{Cc}*$/u;
const WHAT_IT_MUST = '$property must say something, without control characters';

const OPERATOR_LENGTH_MAX = 100;

/** The body of every action. Its reason is recorded, and who acts; see operatorAct. */
@FastValidation()
export class OperatorRequest {
  @IsString()
  @Length(1, 500)
  @Matches(NO_CONTROL_CHARACTERS, { message: WHAT_IT_MUST })
  @HasVisibleText()
  reason!: string;

  /** Only without a token: with one, the operator is its subject. */
  @IsOptional()
  @IsString()
  @Length(1, OPERATOR_LENGTH_MAX)
  @Matches(NO_CONTROL_CHARACTERS, { message: WHAT_IT_MUST })
  @HasVisibleText()
  operator?: string;
}

@FastValidation()
export class ReplayRequest extends OperatorRequest {
  /** What made it fail was repaired: without this a poisonous dead letter is not replayed. */
  @IsOptional()
  @IsBoolean()
  repaired?: boolean;
}
