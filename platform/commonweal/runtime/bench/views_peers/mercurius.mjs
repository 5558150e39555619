// Mercurius with graphql-jit over the normalised tables: a statement for the page, one for each kind of thing it leads to.
// The tenant is a setting of the pool's connections, so that row security costs no statement.
import Fastify from "fastify";
import mercurius from "mercurius";
import pg from "pg";
import { tenantOf } from "./bearer.mjs";

pg.types.setTypeParser(1082, (date) => date);
pg.types.setTypeParser(1184, (instant) => `${instant.replace(" ", "T")}:00`);
const tenant = process.env.BENCH_TENANT;
const pool = new pg.Pool({
  connectionString: process.env.BENCH_DATABASE,
  max: 16,
  options: `-c app.tenant=${tenant} -c timezone=UTC -c search_path=${process.env.BENCH_SCHEMA}`,
});
const rows = async (name, text, values) => (await pool.query({ name, text, values })).rows;

const schema = `
type Query { caseload(stage: String!, first: Int!, after: String): Connection! }
type Connection { edges: [Edge!]! pageInfo: PageInfo! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Edge { cursor: String! node: Referral! }
type Referral { id: ID! version: Int! stage: String! phase: String! priority: String! needs: [String!]! source: String!
  sourceOrganisation: String! sourceOrganisationName: String setting: String! referrerRole: String! receivedAt: String!
  since: String! overdue: Boolean! person: Person! practice: Practice linkWorker: LinkWorker }
type Person { id: ID! name: String nhsNumber: String dateOfBirth: String ageBand: String phone: String email: String
  address: String postcode: String language: String interpreter: Boolean contactChannel: String safeTimes: String
  safeToLeaveMessage: Boolean erased: Boolean! }
type Practice { code: String! name: String pcnCode: String pcnName: String }
type LinkWorker { id: ID! name: String! }`;

const page = `select id, version, stage, phase, priority, needs, source, source_organisation as "sourceOrganisation", setting,
  referrer_role as "referrerRole", received_at as "receivedAt", since, overdue, person_id, practice as practice_code,
  link_worker_id from referral where stage = $1`;
const people = `select id, name, nhs_number as "nhsNumber", date_of_birth as "dateOfBirth", person_age_band(p) as "ageBand",
  phone, email, address, postcode, language, interpreter, contact_channel as "contactChannel", safe_times as "safeTimes",
  safe_to_leave_message as "safeToLeaveMessage", erased from person as p where id = any($1)`;
const practices = `select c.code as id, c.code, c.name, p.pcn as "pcnCode", p.name as "pcnName"
  from practice as c join pcn as p on p.pcn = c.pcn where c.code = any($1)`;

const cursor = (row) => Buffer.from(`${row.receivedAt}|${row.id}`).toString("base64");
const resolvers = {
  Query: {
    async caseload(_, { stage, first, after }) {
      const found = after
        ? await rows("after", `${page} and (received_at, id) < ($3::timestamptz, $4) order by received_at desc, id desc limit $2`,
            [stage, first + 1, ...Buffer.from(after, "base64").toString().split("|")])
        : await rows("first", `${page} order by received_at desc, id desc limit $2`, [stage, first + 1]);
      const edges = found.slice(0, first).map((node) => ({ cursor: cursor(node), node }));
      return { edges, pageInfo: { hasNextPage: found.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
    },
  },
};
const loader = (name, text, key) => async (queries) => {
  const ids = [...new Set(queries.map(({ obj }) => obj[key]))];
  const found = new Map((await rows(name, text, [ids])).map((row) => [row.id, row]));
  return queries.map(({ obj }) => found.get(obj[key]) ?? null);
};
const trusts = loader("trusts", "select code as id, name from trust where code = any($1)", "sourceOrganisation");
const loaders = {
  Referral: {
    person: loader("people", people, "person_id"),
    practice: loader("practices", practices, "practice_code"),
    linkWorker: loader("workers", "select id, name from link_worker where id = any($1)", "link_worker_id"),
    sourceOrganisationName: async (queries) => (await trusts(queries)).map((trust) => trust?.name ?? null),
  },
};

const app = Fastify({ logger: false });
app.addHook("onRequest", async (request) => {
  if (tenantOf(request.headers.authorization) !== tenant) throw new Error("another tenant's token");
});
app.register(mercurius, { schema, resolvers, loaders, jit: 1, graphiql: false });
await app.listen({ host: "127.0.0.1", port: 0 });
console.log(`listening ${app.server.address().port}`);
