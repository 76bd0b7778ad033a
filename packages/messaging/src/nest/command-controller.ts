import { applyDecorators, Controller, UseFilters, UsePipes } from '@nestjs/common';
import { CommandValidationPipe } from './command-validation.pipe.js';
import { RpcFaultFilter } from './rpc-fault.filter.js';

/**
 * A Nest controller whose methods serve commands: its data is validated and its errors keep their
 * type, whatever pipes and filters the app has for HTTP, and whether it inherits them or not.
 */
export function CommandController(): ClassDecorator {
  return applyDecorators(
    Controller(),
    UsePipes(CommandValidationPipe),
    UseFilters(new RpcFaultFilter()),
  );
}
