import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  Ctx,
  MessagePattern,
  Payload,
  Transport,
  type ClientProxy,
} from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { firstValueFrom, of, timeout } from 'rxjs';
import {
  Fault,
  InventoryReserveCommand,
  OrderIdCommand,
  Rejection,
} from '@backstitch/shared-types';
import type { Broker } from '../connection/broker.js';
import { attached, openTestBroker, type TestBroker } from '../testing/test-broker.js';
import { CommandContext } from './command-context.js';
import { CommandController } from './command-controller.js';
import { RabbitCommandServer } from './rabbit-command-server.js';

const QUEUE = 'inventory_commands';
const ORDER = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

@CommandController()
class StockConsumer {
  @MessagePattern('inventory.release')
  release(@Payload() command: OrderIdCommand, @Ctx() context: CommandContext): unknown {
    const { pattern, queue, saga } = context;
    return { isDto: command instanceof OrderIdCommand, command, pattern, queue, saga };
  }

  @MessagePattern('inventory.reserve')
  reserve(@Payload() command: InventoryReserveCommand): Rejection {
    return new Rejection('INSUFFICIENT_STOCK', 'too few', command.items);
  }

  @MessagePattern('inventory.commit')
  commit(): never {
    throw new Fault('DATABASE_UNAVAILABLE', 'away', true, { since: 'noon' });
  }

  @MessagePattern('inventory.list')
  list(@Payload() _data: unknown) {
    return of([1, 2, 3]);
  }

  @MessagePattern('inventory.break')
  break(): never {
    throw new TypeError('an internal detail');
  }
}

@Module({ controllers: [StockConsumer] })
class StockModule {}

describe.each([true, false])('command handlers in a Nest app (inheritAppConfig: %s)', (inherit) => {
  let testBroker: TestBroker;
  let broker: Broker;
  let app: NestFastifyApplication;
  let server: RabbitCommandServer;
  let client: ClientProxy;

  beforeAll(async () => {
    testBroker = await openTestBroker('nest');
    broker = await testBroker.broker({ name: 'nest' });
    server = new RabbitCommandServer({ broker, queue: QUEUE });
    app = await NestFactory.create<NestFastifyApplication>(StockModule, new FastifyAdapter(), {
      logger: false,
    });
    app.useGlobalPipes(new ValidationPipe({ transform: true }));
    app.connectMicroservice({ strategy: server }, { inheritAppConfig: inherit });
    await app.startAllMicroservices();
    await attached(server);
    client = ClientProxyFactory.create({
      transport: Transport.RMQ,
      options: {
        urls: [testBroker.vhost.url],
        queue: QUEUE,
        queueOptions: { durable: true },
        socketOptions: { connectionOptions: { noDelay: true } },
      },
    });
    await client.connect();
  });

  afterAll(async () => {
    await client.close();
    await app.close();
    await testBroker.close();
  });

  const ask = (pattern: string, data: unknown): Promise<unknown> =>
    firstValueFrom(client.send(pattern, data).pipe(timeout(3_000)));
  const dead = async () => (await testBroker.vhost.queue(`${QUEUE}.dead`))?.messages;

  it('answer a stock ClientProxy with their value, from a validated DTO without unknown fields', async () => {
    expect(await ask('inventory.release', { orderId: ORDER, fromTheFuture: 1 })).toEqual({
      isDto: true,
      command: { orderId: ORDER },
      pattern: 'inventory.release',
      queue: QUEUE,
    });
    expect(await ask('inventory.list', {})).toEqual([1, 2, 3]);
    expect(await ask('inventory.list', '')).toEqual([1, 2, 3]);
    expect(await ask('inventory.list', [1])).toEqual([1, 2, 3]);
    expect(broker.counters).toMatchObject({ commandsDone: 4, repliesUnroutable: 0 });
  });

  it('answer a stock ClientProxy with a business rejection, a fault and a bug, each distinguishable', async () => {
    const items = [{ productId: ORDER, quantity: 3 }];
    await expect(ask('inventory.reserve', { orderId: ORDER, items })).rejects.toEqual({
      code: 'INSUFFICIENT_STOCK',
      message: 'too few',
      retryable: false,
      details: items,
    });
    await expect(ask('inventory.commit', { orderId: ORDER })).rejects.toEqual({
      code: 'DATABASE_UNAVAILABLE',
      message: 'away',
      retryable: true,
      details: { since: 'noon' },
    });
    await expect(ask('inventory.break', {})).rejects.toEqual({
      code: 'INTERNAL',
      message: expect.not.stringContaining('internal detail'),
      retryable: true,
    });
    expect(await dead()).toBe(0);
  });

  it.each([
    ['inventory.release', {}],
    ['inventory.release', []],
    ['inventory.release', 'text'],
    ['inventory.reserve', { orderId: ORDER, items: [{ productId: ORDER, quantity: '2' }] }],
  ])('refuse invalid data, %s %j, with an error and a dead deadLetter', async (pattern, data) => {
    const before = await dead();
    const no = { code: 'MALFORMED_COMMAND', retryable: false };
    await expect(ask(pattern, data)).rejects.toMatchObject(no);
    expect(await dead()).toBe(before! + 1);
    const deadLetter = await testBroker.vhost.take(`${QUEUE}.dead`);
    expect(deadLetter.properties.headers).toMatchObject({
      'dead-reason': 'INVALID_DATA',
      'dead-pattern': pattern,
    });
  });

  it('get the saga of a command', async () => {
    const saga = { sagaId: 's', step: 'X', direction: 'undo', attempt: 2, requestId: 'r' };
    const packet = { pattern: 'inventory.release', data: { orderId: ORDER }, saga };
    await testBroker.vhost.publish(QUEUE, Buffer.from(JSON.stringify(packet)), {
      replyTo: `${QUEUE}.dead`,
    });
    const reply = await testBroker.vhost.take(`${QUEUE}.dead`);
    expect(JSON.parse(String(reply.content)).response).toMatchObject({ saga });
  });
});
