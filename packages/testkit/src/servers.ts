/** Where the tests' own PostgreSQL and RabbitMQ are: the program that starts the tests says so. */
function required(variable: string): string {
  const value = process.env[variable];
  if (!value) {
    throw new Error(`${variable} is not set; \`npm test\` starts the servers and sets it`);
  }
  return value;
}

export function postgresUrl(): string {
  return required('TEST_POSTGRES_URL');
}

export function rabbitmqUrl(): string {
  return required('TEST_RABBITMQ_URL');
}

export function rabbitmqManagementUrl(): string {
  return required('TEST_RABBITMQ_MANAGEMENT_URL');
}
