import { DEMO_ACCOUNTS, MOCK_CARDS } from '@backstitch/shared-types';
import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { GatewayConfig } from '../config.js';

class DemoAccountAnswer {
  @ApiProperty()
  name!: string;

  @ApiProperty()
  email!: string;

  @ApiProperty()
  password!: string;

  @ApiProperty({ isArray: true, type: String, example: ['customer'] })
  roles!: string[];

  @ApiProperty({ required: false, description: 'Of its authenticator, in base 32' })
  totpSecret?: string;
}

class MockCardAnswer {
  @ApiProperty({ example: '4242 4242 4242 4242' })
  number!: string;

  @ApiProperty({ example: 'Pays' })
  effect!: string;
}

class SiteAnswer {
  @ApiProperty({ example: 'USD' })
  currency!: string;

  @ApiProperty({ enum: ['open', 'token', 'off'], description: 'Who may buy without an account' })
  guests!: string;

  @ApiProperty({ description: 'Whether this gateway serves accounts: log-in, carts' })
  accounts!: boolean;

  @ApiProperty({ type: [DemoAccountAnswer], description: 'None in production' })
  demoAccounts!: DemoAccountAnswer[];

  @ApiProperty({
    type: [MockCardAnswer],
    description:
      'What POST /api/cards takes for a demo. None in production, which has no such route',
  })
  mockCards!: MockCardAnswer[];
}

/** What the pages must know before anybody has logged in. */
@ApiTags('site')
@Controller('site')
export class SiteController {
  private readonly site: SiteAnswer;

  constructor(@Inject(GatewayConfig) config: GatewayConfig) {
    this.site = {
      currency: config.CURRENCY,
      guests: config.guests,
      accounts: config.identityUrl !== undefined,
      demoAccounts:
        config.DEMO_ACCOUNTS === 'on'
          ? DEMO_ACCOUNTS.map(({ id: _id, roles, ...account }) => ({
              ...account,
              roles: [...roles],
            }))
          : [],
      mockCards: config.NODE_ENV === 'production' ? [] : MOCK_CARDS.map((card) => ({ ...card })),
    };
  }

  @Get()
  @ApiOperation({ summary: 'The currency, who may buy, the demo accounts and the mock cards' })
  @ApiResponse({ status: 200, type: SiteAnswer, description: 'What the pages show' })
  read(): SiteAnswer {
    return this.site;
  }
}
