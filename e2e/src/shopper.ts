/** The products of the demo data that the documents name. */
export const MOUSE = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
export const LIMITED = 'dda60f33-8dfd-4da2-96c8-1a029d72725a';

export interface Line {
  productId: string;
  quantity: number;
  price: string;
}

export const mouse = (quantity: number, price = '29.99'): Line => ({
  productId: MOUSE,
  quantity,
  price,
});
export const limited = (quantity: number, price = '19.99'): Line => ({
  productId: LIMITED,
  quantity,
  price,
});

export interface Answer {
  status: number;
  headers: Headers;
  body: {
    success?: boolean;
    orderId: string;
    sagaId: string;
    message?: string;
    code?: string;
    detail?: string;
    errors?: { field: string; message: string }[];
    [member: string]: unknown;
  };
}

let shoppers = 0;

/** A user of its own for each call: else equal checkouts of two tests would be one. */
export const newUser = (): string => `user-${process.pid}-${(shoppers += 1)}`;

/** POST /api/checkout as any HTTP client sends it. */
export async function checkout(
  gatewayUrl: string,
  items: Line[],
  options: { userId?: string; key?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const body = JSON.stringify({ userId: options.userId ?? newUser(), items });
  const headers: Record<string, string> = { ...options.headers };
  if (options.key !== undefined) headers['idempotency-key'] = options.key;
  return post(gatewayUrl, body, headers);
}

/** POSTs any text to the checkout, for what no well-behaved client would send. */
export async function post(
  gatewayUrl: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${gatewayUrl}/api/checkout`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return answerOf(response);
}

export async function get(gatewayUrl: string, path: string): Promise<Answer> {
  return answerOf(await fetch(`${gatewayUrl}${path}`));
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const body = (text === '' ? {} : JSON.parse(text)) as Answer['body'];
  return { status: response.status, headers: response.headers, body };
}
