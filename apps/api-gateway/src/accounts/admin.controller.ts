import { UuidParam } from '@backstitch/service-kit';
import { ClientRequest, UserChangeRequest } from '@backstitch/shared-types';
import { Controller, Delete, Get, Inject, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  IdentityEventsAnswer,
  MachinesAnswer,
  ManagedUserAnswer,
  NewMachineAnswer,
  UsersAnswer,
} from './account-answers.js';
import { AccountsRelay } from './accounts.relay.js';
import { ForwardedRoute } from './forwarded-route.js';

const REFUSED = { 401: 'No token', 403: 'No admin, or without a recent one-time password' };
const ID = { name: 'id', format: 'uuid' } as const;
const LIMIT = { name: 'limit', required: false, description: '1 to 100 [100]' };
const id = () => Param('id', new UuidParam('id'));

/** What admins do. identity-service serves these routes under the same addresses. */
@ApiTags('administration')
@ApiBearerAuth()
@Controller('admin')
export class AdminController {
  constructor(@Inject(AccountsRelay) private readonly relay: AccountsRelay) {}

  @Get('users')
  @ApiQuery({ name: 'after', required: false, description: 'The last id of the page before' })
  @ApiQuery({ name: 'email', required: false })
  @ApiQuery(LIMIT)
  @ForwardedRoute({
    summary: 'The accounts, a page at a time',
    status: 200,
    answer: UsersAnswer,
    description: 'A page',
    problems: { ...REFUSED, 400: 'No such page' },
  })
  users(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Patch('users/:id')
  @ApiParam(ID)
  @ForwardedRoute({
    summary: 'Change the roles of an account, or disable it',
    body: UserChangeRequest,
    status: 200,
    answer: ManagedUserAnswer,
    description: 'The account after the change; its sessions have ended',
    problems: { ...REFUSED, 404: 'No such account', 409: 'The last admin must remain' },
  })
  changeUser(
    @id() _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('users/:id/reset')
  @ApiParam(ID)
  @ForwardedRoute({
    summary: 'Send the owner of an account a link to choose a new password',
    status: 202,
    description: 'An e-mail is sent',
    problems: { ...REFUSED, 404: 'No such account' },
  })
  resetUser(
    @id() _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Get('clients')
  @ForwardedRoute({
    summary: 'The machines that may get tokens',
    status: 200,
    answer: MachinesAnswer,
    description: 'All of them',
    problems: REFUSED,
  })
  clients(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Post('clients')
  @ForwardedRoute({
    summary: 'Let a machine get tokens',
    body: ClientRequest,
    status: 201,
    answer: NewMachineAnswer,
    description: 'Its client_id, and its secret, which is shown only here',
    problems: REFUSED,
  })
  makeClient(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Delete('clients/:id')
  @ApiParam(ID)
  @ForwardedRoute({
    summary: 'Let a machine get no more tokens',
    status: 204,
    description: 'It gets none',
    problems: { ...REFUSED, 404: 'No such client' },
  })
  disableClient(
    @id() _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.relay.forward(request, reply);
  }

  @Get('events')
  @ApiQuery({ name: 'after', required: false, description: 'The seq of the last event before' })
  @ApiQuery(LIMIT)
  @ForwardedRoute({
    summary: 'What happened to accounts, oldest first, a page at a time',
    status: 200,
    answer: IdentityEventsAnswer,
    description: 'A page',
    problems: { ...REFUSED, 400: 'No such page' },
  })
  events(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.forward(request, reply);
  }
}
