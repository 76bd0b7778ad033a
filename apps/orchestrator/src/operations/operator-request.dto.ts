import { IsBoolean, IsOptional, IsString, Length, Matches } from 'class-validator';

const SAYS_SOMETHING = /^(?=.*\S)\P{Cc}*$/u;
const WHAT_IT_MUST = '$property must say something, without control characters';

/** The body of every action: who wants it, and why. Both go on record. */
export class OperatorRequest {
  @IsString()
  @Length(1, 500)
  @Matches(SAYS_SOMETHING, { message: WHAT_IT_MUST })
  reason!: string;

  @IsString()
  @Length(1, 100)
  @Matches(SAYS_SOMETHING, { message: WHAT_IT_MUST })
  operator!: string;
}

export class ReplayRequest extends OperatorRequest {
  /** What made the letter fail was repaired: without it a poisonous one is not replayed. */
  @IsOptional()
  @IsBoolean()
  repaired?: boolean;
}
