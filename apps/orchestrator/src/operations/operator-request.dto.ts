import { validationProblem } from '@backstitch/service-kit';
import { AtSight, HasVisibleText } from '@backstitch/shared-types';
import { IsBoolean, IsOptional, IsString, Length, Matches } from 'class-validator';

const NO_CONTROL_CHARACTERS = /^\P{Cc}*$/u;
const WHAT_IT_MUST = '$property must say something, without control characters';

/** The body of every action: who wants it, and why. Both go on record. */
@AtSight()
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

@AtSight()
export class ReplayRequest extends OperatorRequest {
  /** What made the letter fail was repaired: without it a poisonous one is not replayed. */
  @IsOptional()
  @IsBoolean()
  repaired?: boolean;
}

const LIMIT_MAX = 1_000;

/** The query's `limit`, 100 when it is not given. Throws 400. */
export function limitOf(text: string | undefined): number {
  if (text === undefined) return 100;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= LIMIT_MAX) return limit;
  const message = `limit must be a whole number from 1 to ${LIMIT_MAX}`;
  throw validationProblem([{ field: 'limit', message }]);
}
