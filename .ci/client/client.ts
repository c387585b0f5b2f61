// Calls the flow "shop" by a client that is made from its OpenAPI document, and
// prints what it got as JSON. That it compiles is half of the test.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

declare const process: { argv: string[] };

const client = createClient<paths>({ baseUrl: process.argv[2] });

// A body that lacks what the schema of the trigger requires is no call.
// @ts-expect-error quantity is required
type Incomplete = Assignable<{ sku: string }, Order>;
type Order = paths["/hooks/shop"]["post"]["requestBody"]["content"]["application/json"];
type Assignable<T extends U, U> = T;

const confirmed = await client.POST("/hooks/shop", {
  params: { query: { note: "gift" }, header: { "Idempotency-Key": "client-1" } },
  body: { sku: "LAMP-01", quantity: 2 },
});
let left: number | undefined;
if (confirmed.data && "left" in confirmed.data) {
  const status: "confirmed" = confirmed.data.status;
  left = confirmed.data.left + status.length;
}

const refused = await client.POST("/hooks/shop", { body: { sku: "LAMP-01", quantity: 0 } });
const problem = refused.error && "type" in refused.error ? refused.error : undefined;
const places: string[] | undefined = problem?.errors?.map((e) => e.pointer);

const soldOut = await client.POST("/hooks/shop", { body: { sku: "NONE", quantity: 1 } });
const why: string | undefined = soldOut.error && "why" in soldOut.error ? soldOut.error.why : undefined;

const letGo = await client.POST("/hooks/shop", {
  params: { header: { Prefer: "respond-async" } },
  body: { sku: "DESK-01", quantity: 1 },
});
let later: unknown, status: string | undefined, missing: number | undefined;
if (letGo.data && "executionId" in letGo.data) {
  const path = { id: letGo.data.executionId };
  const answer = await client.GET("/executions/{id}/response", { params: { path, header: { Prefer: "wait=60" } } });
  later = answer.data;
  const execution = await client.GET("/executions/{id}", { params: { path, header: { Prefer: "wait=60" } } });
  status = execution.data?.status;
  missing = (await client.POST("/executions/{id}/cancel", { params: { path: { id: "nobody" } } })).response.status;
}
const found = await client.GET("/executions", { params: { query: { flow: "shop", "idempotency-key": "client-1" } } });

console.log(JSON.stringify({
  left, places, why, later, status, missing,
  codes: [confirmed.response.status, refused.response.status, soldOut.response.status, letGo.response.status],
  found: found.data?.executionId === confirmed.response.headers.get("Redial-Execution-Id"),
}));
