import { randomBytes } from 'node:crypto';
import { validationProblem } from '@backstitch/service-kit';
import {
  CardFormDto,
  isExpired,
  tokenizedCard,
  type TokenizedCard,
} from '@backstitch/shared-types';
import { Body, Controller, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CardTokenAnswer } from '../docs/answers.js';
import { ApiProblems } from '../docs/api-problems.js';

/**
 * Tokens of cards for the simulated bank; not in production. The number goes no further than here:
 * a command would keep it in the broker, and perhaps as a dead letter.
 */
@ApiTags('cards')
@ApiBearerAuth()
@Controller('cards')
export class CardsController {
  @Post()
  @ApiOperation({ summary: 'Get a token of a card for the simulated bank; the number is not kept' })
  @ApiResponse({ status: 201, type: CardTokenAnswer, description: 'The token' })
  @ApiProblems({ 400: 'A field is missing or wrong', 404: 'In production' })
  tokenize(@Body() { number, expiry }: CardFormDto): TokenizedCard {
    if (isExpired(expiry, Date.now())) {
      throw validationProblem([{ field: 'expiry', message: 'expiry must not be over' }]);
    }
    return tokenizedCard(number, randomBytes(8).toString('hex'));
  }
}
