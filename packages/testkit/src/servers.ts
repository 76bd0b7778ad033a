/** Where the tests' own PostgreSQL and RabbitMQ are: variables that `npm test` sets. */
function required(variable: string): string {
  const value = process.env[variable];
  if (!value) {
    throw new Error(`${variable} is not set; \`npm test\` starts the servers and sets it`);
  }
  return value;
}

export const postgresUrl = () => required('TEST_POSTGRES_URL');
export const rabbitmqUrl = () => required('TEST_RABBITMQ_URL');
export const rabbitmqManagementUrl = () => required('TEST_RABBITMQ_MANAGEMENT_URL');
