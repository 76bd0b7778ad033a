/**
 * Asks one question of a queue of Backstitch, with nothing but NestJS:
 *   node ask.js <queue> <pattern> [<data as JSON>]
 * Prints the answer. A rejection or a fault is printed too, and the exit code is 1.
 */
import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { ClientProxyFactory, Transport } from '@nestjs/microservices';
import { firstValueFrom, timeout } from 'rxjs';

const [queue, pattern, data = '{}'] = process.argv.slice(2);
if (!queue || !pattern) {
  console.error('usage: node ask.js <queue> <pattern> [<data as JSON>]');
  process.exit(2);
}

// Only the answer is printed.
Logger.overrideLogger(false);

const client = ClientProxyFactory.create({
  transport: Transport.RMQ,
  options: {
    urls: [process.env.RABBITMQ_URL ?? 'amqp://guest:guest@127.0.0.1:5672'],
    queue,
    // The queues of commands are durable, and have no other argument.
    queueOptions: { durable: true },
  },
});

try {
  const asked = client.send(pattern, JSON.parse(data)).pipe(timeout(10_000));
  console.log(JSON.stringify(await firstValueFrom(asked), undefined, 2));
} catch (error) {
  console.log(JSON.stringify(error instanceof Error ? { message: error.message } : error));
  process.exitCode = 1;
} finally {
  await client.close();
}
