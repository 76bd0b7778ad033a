import { IsUUID } from 'class-validator';
import 'reflect-metadata';
import { AtSight } from './at-sight.js';

/** A decimal string as amounts travel in messages. */
export const AMOUNT = /^\d{1,12}(\.\d{1,2})?$/;

/** data of every command that needs nothing but the order it is about */
@AtSight()
export class OrderIdCommand {
  @IsUUID('loose')
  orderId!: string;
}
