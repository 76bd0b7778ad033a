export interface DemoProduct {
  id: string;
  name: string;
  description: string;
  price: string;
  stock: number;
  category: string;
}

/** The ids are part of the demo: documents and tests name them. */
export const DEMO_PRODUCTS: readonly DemoProduct[] = [
  {
    id: '62f746b4-84e6-4ceb-95bd-447e7184d454',
    name: 'Laptop - Dell XPS 15',
    description: '15.6 inch, 32 GB of memory, 1 TB of storage',
    price: '1299.99',
    stock: 50,
    category: 'Computers',
  },
  {
    id: '660facf7-b9cf-417a-8ee1-27afe2fb2c72',
    name: 'Wireless Mouse',
    description: 'Three buttons, quiet, two years on one battery',
    price: '29.99',
    stock: 200,
    category: 'Accessories',
  },
  {
    id: 'b61e6ba5-3682-4dd6-b804-69b84b2d451c',
    name: 'Mechanical Keyboard',
    description: 'Full size, brown switches',
    price: '89.99',
    stock: 100,
    category: 'Accessories',
  },
  {
    id: 'ec7ac8ad-1b2b-406b-aae1-2c972399d29d',
    name: 'USB-C Hub',
    description: 'Seven ports in one',
    price: '49.99',
    stock: 150,
    category: 'Accessories',
  },
  {
    id: 'dc36fc90-2248-4d70-aca4-a1a9f5b19f71',
    name: 'Webcam HD',
    description: '1080p with two microphones',
    price: '79.99',
    stock: 75,
    category: 'Accessories',
  },
  {
    id: 'e500bddf-37b0-4307-8f0f-4c3c2052e52b',
    name: 'Headphones - Noise Cancelling',
    description: 'Over-ear, thirty hours',
    price: '249.99',
    stock: 60,
    category: 'Audio',
  },
  {
    id: '54a5054c-da2e-4003-9e0e-14ca778e6176',
    name: 'Monitor 27"',
    description: '4K, height adjustable',
    price: '399.99',
    stock: 40,
    category: 'Displays',
  },
  {
    id: '8c0a70a7-a845-47f9-953a-5154281fa6f5',
    name: 'External SSD 1TB',
    description: 'USB-C, 1000 MB/s',
    price: '129.99',
    stock: 120,
    category: 'Storage',
  },
  {
    id: '0db317d9-4c8e-4fa3-969a-73bf4c83cf3b',
    name: 'Desk Lamp LED',
    description: 'Dimmable, warm to cold',
    price: '39.99',
    stock: 90,
    category: 'Office',
  },
  {
    id: 'dda60f33-8dfd-4da2-96c8-1a029d72725a',
    name: 'Limited Stock Item',
    description: 'Five of it, and no more',
    price: '19.99',
    stock: 5,
    category: 'Specials',
  },
];
