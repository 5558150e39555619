// PostGraphile 5 over the normalised tables: each request's tenant is a setting of its transaction, which row security reads.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { tenantOf } from "./bearer.mjs";

const service = makePgService({
  connectionString: process.env.BENCH_DATABASE,
  schemas: [process.env.BENCH_SCHEMA],
  poolConfig: { max: 16 },
  pubsub: false,
});
const made = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [service],
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false, websockets: false },
  grafast: {
    explain: false,
    context: (request) => ({ pgSettings: { "app.tenant": tenantOf(request.node.req.headers.authorization) } }),
  },
});
const server = createServer();
await made.createServ(grafserv).addTo(server);
server.listen(0, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
