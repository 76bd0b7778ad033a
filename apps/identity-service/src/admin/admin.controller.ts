import { limitOf, UuidParam, validationProblem } from '@backstitch/service-kit';
import { isUuid } from '@backstitch/shared-types';
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Req,
  UseGuards,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ClientNetworks } from '../attempts/client-networks.js';
import { EventsRepository } from '../events/events.repository.js';
import type { Client } from '../machines/clients.repository.js';
import { AccountGuard, sessionOf } from '../sessions/account.guard.js';
import { AdminGuard } from '../sessions/admin.guard.js';
import { ClientRequest, UserChangeRequest } from './admin.dto.js';
import { AdminHandler, type Asker, type ManagedUser } from './admin.handler.js';

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** For admins with a fresh second factor. */
@Controller('api/admin')
@UseGuards(AccountGuard, AdminGuard)
export class AdminController {
  constructor(
    @Inject(AdminHandler) private readonly admin: AdminHandler,
    @Inject(EventsRepository) private readonly eventRows: EventsRepository,
    @Inject(ClientNetworks) private readonly networks: ClientNetworks,
  ) {}

  @Get('users')
  @Header('cache-control', 'no-store')
  async users(
    @Query('after') after: string = FIRST_ID,
    @Query('email') email: string | undefined,
    @Query('limit') limit: unknown,
  ): Promise<{ users: ManagedUser[] }> {
    if (!isUuid(after))
      throw validationProblem([{ field: 'after', message: 'after must be a UUID' }]);
    return { users: await this.admin.users(after, email?.toLowerCase(), limitOf(limit)) };
  }

  @Patch('users/:id')
  change(
    @Req() request: FastifyRequest,
    @Param('id', new UuidParam('id')) id: string,
    @Body() body: UserChangeRequest,
  ): Promise<ManagedUser> {
    return this.admin.change(this.askerOf(request), id, body);
  }

  @Post('users/:id/reset')
  @HttpCode(202)
  reset(
    @Req() request: FastifyRequest,
    @Param('id', new UuidParam('id')) id: string,
  ): Promise<void> {
    return this.admin.startReset(this.askerOf(request), id);
  }

  @Get('clients')
  @Header('cache-control', 'no-store')
  async clients(): Promise<{ clients: Client[] }> {
    return { clients: await this.admin.clients() };
  }

  @Post('clients')
  @Header('cache-control', 'no-store')
  makeClient(
    @Req() request: FastifyRequest,
    @Body() body: ClientRequest,
  ): Promise<Client & { secret: string }> {
    return this.admin.makeClient(this.askerOf(request), body);
  }

  @Delete('clients/:id')
  @HttpCode(204)
  disableClient(
    @Req() request: FastifyRequest,
    @Param('id', new UuidParam('id')) id: string,
  ): Promise<void> {
    return this.admin.disableClient(this.askerOf(request), id);
  }

  @Get('events')
  @Header('cache-control', 'no-store')
  async events(@Query('after') after: string = '0', @Query('limit') limit: unknown) {
    if (!/^\d{1,15}$/.test(after)) {
      throw validationProblem([
        { field: 'after', message: 'after must be the number of an event' },
      ]);
    }
    const rows = await this.eventRows.page(Number(after), limitOf(limit));
    return {
      events: rows.map(({ hash, previousHash: _before, atMs, ...event }) => {
        return { ...event, at: new Date(atMs).toISOString(), hash: hash.toString('hex') };
      }),
    };
  }

  private askerOf(request: FastifyRequest): Asker {
    return { session: sessionOf(request), source: this.networks.of(request) };
  }
}
