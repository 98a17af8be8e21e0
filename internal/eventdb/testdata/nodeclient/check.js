// The official Node client against the embedded node: over plain TCP, and over TLS as users.
// Started with one argument, JSON: {plain, secure: "host:port", ca: file, writer, reader: "name:password",
// closing: [{name, address, query, user}]}. Prints a line for each step, and ends with 0 if all of them held. A line that
// begins with "? " asks for something to be done to one of the nodes that are to close; a line comes back when it is done.
//
// Errors of the client that the node cannot cause: NotLeaderError stands for the exception not-leader, and this node leads
// its cluster of one; TimeoutError stands for ABORTED, which is a cluster's word for a write that was given up on its way
// to the others (a deadline that passes is DeadlineExceededError); and those of persistent subscriptions, transactions,
// scavenges and logins belong to services that the node does not offer.
"use strict";

const assert = require("node:assert/strict");
const net = require("node:net");
const readline = require("node:readline");
const es = require("@eventstore/db-client");
const { StreamsService } = require("@eventstore/db-client/generated/streams_grpc_pb");

const config = JSON.parse(process.argv[2]);
let current = "start";
const watchdog = setTimeout(() => fail(new Error("no end in sight")), 35_000);

function fail(error) {
  console.error(`FAILED in ${current}:`, error);
  process.exit(1);
}
process.on("unhandledRejection", fail);
process.on("uncaughtException", fail);

async function step(name, run) {
  current = name;
  const begun = Date.now();
  await run();
  console.log(`${name}: ${Date.now() - begun} ms`);
}

const answers = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function ask(what) {
  console.log(`? ${what}`);
  const { value } = await answers.next();
  assert.equal(value, "done");
}

const connect = (address, query, user) =>
  es.EventStoreDBClient.connectionString(`esdb://${user ? `${user}@` : ""}${address}?${query}`);

const event = (n, type = "thing-happened") => es.jsonEvent({ type, data: { n }, metadata: { by: "ż" } });
const several = (from, to, type) => Array.from({ length: to - from + 1 }, (_, i) => event(from + i, type));
const numbers = (resolved) => resolved.map((r) => r.event.data.n);

async function collect(stream) {
  const out = [];
  for await (const e of stream) out.push(e);
  return out;
}

// refused is the error of a promise, which must be of that type of the client's.
async function refused(type, run) {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof type, `want ${type.name}, got ${error?.constructor?.name}: ${error?.message}`);
    return error;
  }
  assert.fail(`want ${type.name}, got no error`);
}

// Follower gathers what a subscription brings.
class Follower {
  constructor(subscription) {
    this.subscription = subscription;
    this.seen = [];
    this.caughtUp = false;
    this.ended = new Promise((resolve) => {
      subscription.on("error", (error) => {
        this.error = error;
        resolve(error);
      });
    });
    subscription.on("data", (e) => this.seen.push(e));
    subscription.on("caughtUp", () => (this.caughtUp = true));
  }

  async until(holds, what) {
    while (!holds(this)) {
      if (this.error) throw this.error;
      current = `${current.split(" / ")[0]} / waiting for ${what}, have ${this.seen.length} events`;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async events(count) {
    await this.until((f) => f.seen.length >= count, `${count} events`);
    assert.equal(this.seen.length, count);
    return this.seen;
  }

  live() {
    return this.until((f) => f.caughtUp, "caughtUp");
  }

  stop() {
    return this.subscription.unsubscribe();
  }
}

async function appends(name, client, credentials) {
  const s = `${name}-appends`;
  await step(`${name} batch append`, async () => {
    assert.ok(await client.supports(StreamsService.batchAppend), "this client would not use BatchAppend");
    const first = await client.appendToStream(s, several(0, 2), { expectedRevision: es.NO_STREAM });
    assert.equal(first.success, true);
    assert.equal(first.nextExpectedRevision, 2n);
    assert.ok(first.position.commit > 0n && first.position.commit === first.position.prepare);
    const next = await client.appendToStream(s, event(3), { expectedRevision: 2n });
    assert.equal(next.nextExpectedRevision, 3n);
    assert.ok(next.position.commit > first.position.commit);
  });
  await step(`${name} append`, async () => {
    // With credentials of its own an append goes through Append instead.
    const r = await client.appendToStream(s, several(4, 5), { expectedRevision: es.STREAM_EXISTS, credentials });
    assert.equal(r.nextExpectedRevision, 5n);
  });
  await step(`${name} batch in many pieces`, async () => {
    const r = await client.appendToStream(s, several(6, 205), { expectedRevision: 5n, batchAppendSize: 2048 });
    assert.equal(r.nextExpectedRevision, 205n);
    assert.deepEqual(numbers(await collect(client.readStream(s))), Array.from({ length: 206 }, (_, i) => i));
  });
  await step(`${name} many batches at once`, async () => {
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => client.appendToStream(`${s}-${i % 5}`, several(0, 9))));
    assert.equal(new Set(all.map((r) => r.position.commit)).size, 50);
  });
  await step(`${name} the same ids again`, async () => {
    const events = several(0, 1);
    const once = await client.appendToStream(`${s}-ids`, events, { expectedRevision: es.NO_STREAM });
    const twice = await client.appendToStream(`${s}-ids`, events, { expectedRevision: es.NO_STREAM });
    assert.deepEqual(twice, once);
    assert.equal((await collect(client.readStream(`${s}-ids`))).length, 2);
  });
  await step(`${name} batch append: too late`, async () => {
    // The client leaves this deadline to the server.
    await refused(es.DeadlineExceededError, () => client.appendToStream(`${s}-late`, event(0), { deadline: -1000 }));
    await refused(es.DeadlineExceededError, () => client.appendToStream(`${s}-late`, event(0), { deadline: -1000, credentials }));
    await refused(es.StreamNotFoundError, () => collect(client.readStream(`${s}-late`)));
  });
  for (const [how, options] of [["batch append", {}], ["append", { credentials }]]) {
    await step(`${name} ${how}: wrong revision`, async () => {
      const error = await refused(es.WrongExpectedVersionError, () => client.appendToStream(s, event(0), { expectedRevision: 7n, ...options }));
      assert.equal(error.type, es.ErrorType.WRONG_EXPECTED_VERSION);
      assert.equal(error.expectedVersion, 7n);
      assert.equal(error.actualVersion, 205n);
      assert.equal(error.streamName, s);
      const missing = await refused(es.WrongExpectedVersionError, () =>
        client.appendToStream(`${s}-none`, event(0), { expectedRevision: es.STREAM_EXISTS, ...options }));
      assert.equal(missing.expectedVersion, "stream_exists");
      assert.equal(missing.actualVersion, "no_stream");
    });
    await step(`${name} ${how}: too big`, async () => {
      const big = es.binaryEvent({ type: "big", data: Buffer.alloc((1 << 20) + 1) });
      const error = await refused(es.MaxAppendSizeExceededError, () => client.appendToStream(s, big, options));
      assert.equal(error.maxAppendSize, 1 << 20);
      const fits = es.binaryEvent({ type: "big", data: Buffer.alloc(1 << 20) });
      await client.appendToStream(`${s}-big`, fits, options);
    });
  }
}

async function reads(name, client) {
  const s = `${name}-reads`;
  const { position } = await client.appendToStream(s, several(0, 9));
  await step(`${name} read a stream`, async () => {
    const read = async (options) => numbers(await collect(client.readStream(s, options)));
    assert.deepEqual(await read({ fromRevision: 7n }), [7, 8, 9]);
    assert.deepEqual(await read({ fromRevision: 2n, maxCount: 3 }), [2, 3, 4]);
    assert.deepEqual(await read({ direction: es.BACKWARDS, fromRevision: es.END, maxCount: 3 }), [9, 8, 7]);
    assert.deepEqual(await read({ direction: es.BACKWARDS, fromRevision: 1n }), [1, 0]);
    assert.deepEqual(await read({ fromRevision: 100n }), []);
    const [first] = await collect(client.readStream(s, { maxCount: 1 }));
    assert.equal(first.event.streamId, s);
    assert.equal(first.event.type, "thing-happened");
    assert.equal(first.event.revision, 0n);
    assert.equal(first.event.isJson, true);
    assert.deepEqual(first.event.metadata, { by: "ż" });
    assert.ok(Math.abs(Date.now() - first.event.created.getTime()) < 3_600_000, `created ${first.event.created}`);
  });
  await step(`${name} binary events`, async () => {
    const data = Buffer.from([0, 255, 1, 254]);
    const e = es.binaryEvent({ type: "binary", data, metadata: Buffer.from([7, 0, 7]) });
    await client.appendToStream(`${s}-binary`, e);
    const [back] = await collect(client.readStream(`${s}-binary`));
    assert.equal(back.event.id, e.id);
    assert.equal(back.event.isJson, false);
    assert.deepEqual(Buffer.from(back.event.data), data);
    assert.deepEqual([...back.event.metadata], [7, 0, 7]);
  });
  await step(`${name} read $all`, async () => {
    const from = await collect(client.readAll({ fromPosition: position, maxCount: 1 }));
    assert.deepEqual(numbers(from), [9]);
    const before = await collect(client.readAll({ direction: es.BACKWARDS, fromPosition: position, maxCount: 2 }));
    assert.deepEqual(numbers(before), [8, 7]);
    const forwards = (await collect(client.readAll())).map((r) => r.event.position.commit);
    const backwards = (await collect(client.readAll({ direction: es.BACKWARDS, fromPosition: es.END }))).map((r) => r.event.position.commit);
    assert.ok(forwards.length > 11);
    assert.deepEqual(backwards.reverse(), forwards);
  });
  await step(`${name} links`, async () => {
    const category = `$ce-${s.split("-")[0]}`;
    const raw = (await collect(client.readStream(category, { maxCount: 1 })))[0];
    assert.equal(raw.event.type, "$>");
    const resolved = (await collect(client.readStream(category, { maxCount: 1, resolveLinkTos: true })))[0];
    assert.equal(resolved.link.streamId, category);
    assert.equal(resolved.event.type, "thing-happened");
  });
  await step(`${name} a stream that is missing`, async () => {
    const error = await refused(es.StreamNotFoundError, () => collect(client.readStream(`${s}-none`)));
    assert.equal(error.streamName, `${s}-none`);
  });
}

async function subscriptions(name, client) {
  const s = `${name}-subs`;
  const { position } = await client.appendToStream(s, several(0, 2));
  await step(`${name} subscribe to a stream`, async () => {
    const start = new Follower(client.subscribeToStream(s));
    const at = new Follower(client.subscribeToStream(s, { fromRevision: 1n }));
    const end = new Follower(client.subscribeToStream(s, { fromRevision: es.END }));
    const category = new Follower(client.subscribeToStream(`$ce-${name}`, { fromRevision: es.END, resolveLinkTos: true }));
    await Promise.all([start.live(), at.live(), end.live(), category.live()]);
    await client.appendToStream(s, several(3, 4));
    assert.deepEqual(numbers(await start.events(5)), [0, 1, 2, 3, 4]);
    assert.deepEqual(numbers(await at.events(3)), [2, 3, 4]);
    assert.deepEqual(numbers(await end.events(2)), [3, 4]);
    assert.deepEqual(numbers(await category.events(2)), [3, 4]);
    await Promise.all([start, at, end, category].map((f) => f.stop()));
  });
  await step(`${name} subscribe to a stream that is not there yet`, async () => {
    const f = new Follower(client.subscribeToStream(`${s}-late`));
    await new Promise((resolve) => f.subscription.once("confirmation", resolve));
    await client.appendToStream(`${s}-late`, event(1));
    assert.deepEqual(numbers(await f.events(1)), [1]);
    await f.stop();
  });
  await step(`${name} subscribe to $all`, async () => {
    const at = new Follower(client.subscribeToAll({ fromPosition: position, filter: es.streamNameFilter({ prefixes: [s] }) }));
    const end = new Follower(client.subscribeToAll({ fromPosition: es.END }));
    await Promise.all([at.live(), end.live()]);
    await client.appendToStream(`${s}-other`, event(5));
    assert.deepEqual(numbers(await at.events(4)), [3, 4, 1, 5]);
    assert.deepEqual(numbers(await end.events(1)), [5]);
    await Promise.all([at.stop(), end.stop()]);
  });
  await step(`${name} subscribe to all of $all`, async () => {
    const read = (await collect(client.readAll())).map((r) => r.event.position.commit);
    const start = new Follower(client.subscribeToAll({ fromPosition: es.START }));
    const byDefault = new Follower(client.subscribeToAll());
    await Promise.all([start.live(), byDefault.live()]);
    const told = (f) => f.seen.map((r) => r.event.position.commit);
    assert.ok(read.length > 6);
    assert.deepEqual(told(start), read);
    assert.deepEqual(told(byDefault), read);
    const { position: last } = await client.appendToStream(`${s}-all`, several(0, 2));
    await start.events(read.length + 3);
    assert.equal(told(start).at(-1), last.commit);
    // One that begins where another stopped misses nothing, and gets nothing twice.
    const middle = start.seen[start.seen.length >> 1].event.position;
    const rest = new Follower(client.subscribeToAll({ fromPosition: middle }));
    await rest.live();
    assert.deepEqual(told(rest), told(start).slice((start.seen.length >> 1) + 1));
    await Promise.all([start, byDefault, rest].map((f) => f.stop()));
  });
  await step(`${name} a regular expression that is none`, async () => {
    const f = new Follower(client.subscribeToAll({ filter: es.streamNameFilter({ regex: "^(?!noise" }) }));
    const error = await f.ended;
    // The client has no type for this status.
    assert.ok(error instanceof es.UnknownError, `${error}`);
    assert.equal(error.code, 3, "INVALID_ARGUMENT");
    assert.match(error.message, /regular expression/);
  });
  await step(`${name} filters`, async () => {
    await client.appendToStream(`${s}-types`, [event(0, "alpha"), event(1, "beta"), event(2, "alphabet")]);
    const own = { fromPosition: position };
    const marks = [];
    const passing = [];
    const checkpointReached = async (_, p) => marks.push(p);
    const all = {
      prefix: es.eventTypeFilter({ prefixes: ["alpha"] }),
      regex: es.eventTypeFilter({ regex: "^bet" }),
      dotNet: es.eventTypeFilter({ regex: "^(?!beta|\\$|\\w+-\\w+)" }),
      streams: es.streamNameFilter({ regex: `^${s}-types$` }),
      system: es.excludeSystemEvents(),
      sparse: es.eventTypeFilter({ prefixes: ["no such type"], maxSearchWindow: 1, checkpointInterval: 1, checkpointReached }),
      every: es.eventTypeFilter({ regex: ".*", maxSearchWindow: 1, checkpointInterval: 1, checkpointReached: async (_, p) => passing.push(p) }),
    };
    const followers = Object.fromEntries(Object.entries(all).map(([k, filter]) => [k, new Follower(client.subscribeToAll({ ...own, filter }))]));
    await Promise.all(Object.values(followers).map((f) => f.live()));
    assert.deepEqual(numbers(await followers.prefix.events(2)), [0, 2]);
    assert.deepEqual(numbers(await followers.regex.events(1)), [1]);
    assert.deepEqual(numbers(await followers.dotNet.events(2)), [0, 2]);
    assert.deepEqual(numbers(await followers.streams.events(3)), [0, 1, 2]);
    assert.ok(followers.system.seen.length >= 3 && followers.system.seen.every((r) => !r.event.type.startsWith("$")));
    assert.equal(followers.sparse.seen.length, 0);
    assert.ok(passing.length > 0, "checkpoints while every event passes");
    assert.ok(marks.length > 0 && marks.every((m, i) => m.commit > (i ? marks[i - 1].commit : 0n)), "checkpoints");
    await Promise.all(Object.values(followers).map((f) => f.stop()));
  });
}

async function endings(name, client, credentials) {
  const s = `${name}-endings`;
  await step(`${name} metadata`, async () => {
    await client.appendToStream(s, several(0, 9));
    assert.equal((await client.getStreamMetadata(s)).metadata, undefined);
    await client.setStreamMetadata(s, { maxCount: 3, owner: "ops" });
    assert.deepEqual((await client.getStreamMetadata(s)).metadata, { maxCount: 3, owner: "ops" });
    assert.deepEqual(numbers(await collect(client.readStream(s))), [7, 8, 9]);
    await client.setStreamMetadata(s, { truncateBefore: 9 });
    assert.deepEqual(numbers(await collect(client.readStream(s))), [9]);
    await client.setStreamMetadata(s, {});
    assert.equal((await collect(client.readStream(s))).length, 10);
  });
  await step(`${name} delete`, async () => {
    const error = await refused(es.WrongExpectedVersionError, () => client.deleteStream(s, { expectedRevision: 4n }));
    assert.equal(error.expectedVersion, 4n);
    assert.equal(error.actualVersion, 9n);
    const { position } = await client.deleteStream(s, { expectedRevision: 9n });
    assert.ok(position.commit > 0n);
    await refused(es.StreamNotFoundError, () => collect(client.readStream(s)));
    const again = await client.appendToStream(s, event(10), { expectedRevision: es.NO_STREAM });
    assert.equal(again.nextExpectedRevision, 10n);
    assert.deepEqual(numbers(await collect(client.readStream(s))), [10]);
  });
  await step(`${name} tombstone`, async () => {
    const follower = new Follower(client.subscribeToStream(s, { fromRevision: es.END }));
    await follower.live();
    const { position } = await client.tombstoneStream(s);
    assert.ok(position.commit > 0n);
    assert.ok((await follower.ended) instanceof es.StreamDeletedError, `the subscription ended with ${follower.error}`);
    for (const run of [
      () => collect(client.readStream(s)),
      () => client.appendToStream(s, event(11)),
      () => client.appendToStream(s, event(11), { credentials }),
      () => client.deleteStream(s),
      () => client.tombstoneStream(s),
    ]) {
      const error = await refused(es.StreamDeletedError, run);
      assert.ok(error.streamName.endsWith(s), error.streamName);
    }
    // Metadata that were there go on, nobody sees them; where there were none, none come.
    await client.setStreamMetadata(s, { maxCount: 1 });
    await refused(es.StreamDeletedError, () => client.getStreamMetadata(s));
    await client.tombstoneStream(`${s}-bare`);
    await refused(es.StreamDeletedError, () => client.setStreamMetadata(`${s}-bare`, { maxCount: 1 }));
  });
  await step(`${name} a stream that nobody may write`, async () => {
    // The client has no type for a bad request, of either kind.
    await refused(es.UnknownError, () => client.appendToStream(`$ce-${name}`, event(0)));
    const error = await refused(es.UnknownError, () => client.appendToStream(`$ce-${name}`, event(0), { credentials }));
    assert.equal(error.code, 3, "INVALID_ARGUMENT");
  });
  await step(`${name} what the node does not offer`, async () => {
    await refused(es.UnsupportedError, () => client.createPersistentSubscriptionToAll("group", es.persistentSubscriptionToAllSettingsFromDefaults()));
  });
}

async function users() {
  const tls = `tlsCAFile=${encodeURIComponent(config.ca)}`;
  const [username, password] = config.reader.split(":");
  const writer = connect(config.secure, tls, config.writer);
  const reader = connect(config.secure, tls, config.reader);
  await writer.appendToStream("users-1", several(0, 2));
  await step("users: the reader reads and follows", async () => {
    assert.deepEqual(numbers(await collect(reader.readStream("users-1"))), [0, 1, 2]);
    assert.equal((await collect(reader.readAll({ maxCount: 1 }))).length, 1);
    const f = new Follower(reader.subscribeToAll({ filter: es.streamNameFilter({ prefixes: ["users-1"] }) }));
    await f.live();
    await writer.appendToStream("users-1", event(3));
    assert.deepEqual(numbers(await f.events(4)), [0, 1, 2, 3]);
    await f.stop();
  });
  const changes = (client, options) => [
    () => client.appendToStream("users-1", event(9), options),
    () => client.appendToStream("users-1", event(9), { credentials: { username, password }, ...options }),
    () => client.deleteStream("users-1", options),
    () => client.tombstoneStream("users-1", options),
    () => client.setStreamMetadata("users-1", { maxCount: 1 }, options),
  ];
  const looks = (client) => [() => collect(client.readStream("users-1")), () => collect(client.readAll({ maxCount: 1 })), () => new Follower(client.subscribeToAll()).events(1)];
  await step("users: the reader changes nothing", async () => {
    for (const run of [...changes(reader), ...changes(writer, { credentials: { username, password } })]) await refused(es.AccessDeniedError, run);
  });
  for (const [who, user] of [["nobody", ""], ["a wrong password", `${username}:wrong`], ["an unknown user", "nosuch:password"]]) {
    await step(`users: ${who} gets nothing`, async () => {
      const client = connect(config.secure, tls, user);
      for (const run of [...changes(client), ...looks(client)]) await refused(es.AccessDeniedError, run);
      await client.dispose();
    });
  }
  await step("users: nothing of that was written", async () => {
    assert.deepEqual(numbers(await collect(writer.readStream("users-1"))), [0, 1, 2, 3]);
  });
  await step("users: an unknown certificate", async () => {
    await refused(es.UnavailableError, () => collect(connect(config.secure, "tls=true", config.writer).readStream("users-1")));
  });
  await step("users: found by gossip", async () => {
    const found = es.EventStoreDBClient.connectionString(`esdb+discover://${config.reader}@${config.secure}?${tls}`);
    assert.equal((await collect(found.readStream("users-1"))).length, 4);
    await found.dispose();
  });
  await Promise.all([writer.dispose(), reader.dispose()]);
}

async function connections() {
  await step("nobody listens", async () => {
    const server = net.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    await refused(es.UnavailableError, () => collect(connect(`127.0.0.1:${port}`, "tls=false").readStream("s")));
  });
  await step("a failure that is answered, not thrown", async () => {
    const client = connect(config.plain, "tls=false&throwOnAppendFailure=false");
    const r = await client.appendToStream("plain-answers", event(0), { expectedRevision: 3n });
    assert.equal(r.success, false);
    await client.dispose();
  });
}

// closing is what is under way when the node closes: all of it ends with the client's own type, at once.
async function closing({ name, address, query, user }) {
  const s = `${name}-closing`;
  const [username, password] = config.writer.split(":");
  const credentials = { username, password };
  const client = connect(address, query, user);
  const unavailable = (error, what) => {
    assert.ok(error instanceof es.UnavailableError, `${what} ended with ${error}`);
    assert.equal(error.type, es.ErrorType.UNAVAILABLE);
  };
  const half = () => es.binaryEvent({ type: "big", data: Buffer.alloc(1 << 19) });
  for (let i = 0; i < 64; i++) await client.appendToStream(s, half());

  // Of each read one event is taken; more lies ahead than anybody buffers.
  const reads = { "read of a stream": client.readStream(s), "read of $all": client.readAll(), "backwards read": client.readStream(s, { direction: es.BACKWARDS, fromRevision: es.END }) };
  const rest = Object.fromEntries(Object.entries(reads).map(([k, read]) => [k, read[Symbol.asyncIterator]()]));
  const followers = {
    "subscription to a stream": new Follower(client.subscribeToStream(s, { fromRevision: es.END })),
    "subscription to a stream that is not there": new Follower(client.subscribeToStream(`${s}-none`, { fromRevision: es.END })),
    "subscription to $all": new Follower(client.subscribeToAll({ fromPosition: es.END })),
    "filtered subscription": new Follower(client.subscribeToAll({ fromPosition: es.END, filter: es.streamNameFilter({ regex: "^(?!x)" }) })),
  };
  await step(`${name} closes: reads, subscriptions and changes are under way`, async () => {
    for (const it of Object.values(rest)) assert.equal((await it.next()).done, false);
    await Promise.all(Object.values(followers).map((f) => f.live()));
    await ask(`shut ${name}`);
  });
  const changes = {
    "batch append": () => client.appendToStream(s, event(0)),
    "batch append in pieces": () => client.appendToStream(`${s}-1`, several(0, 99), { batchAppendSize: 2048 }),
    append: () => client.appendToStream(`${s}-2`, event(0), { credentials }),
    metadata: () => client.setStreamMetadata(s, { maxCount: 1 }),
    delete: () => client.deleteStream(s),
    tombstone: () => client.tombstoneStream(`${s}-3`),
  };
  const pending = Object.entries(changes).map(async ([k, run]) => unavailable(await refused(es.UnavailableError, run), k));
  await ask(`close ${name}`);
  await step(`${name} closes: changes`, () => Promise.all(pending));
  for (const [what, f] of Object.entries(followers)) await step(`${name} closes: ${what}`, async () => unavailable(await f.ended, what));
  for (const [what, it] of Object.entries(rest)) {
    await step(`${name} closes: ${what}`, async () => {
      let seen = 1;
      const error = await refused(es.UnavailableError, async () => {
        while (!(await it.next()).done) seen++;
      });
      unavailable(error, what);
      assert.ok(seen < 64, `all ${seen} events had come`);
    });
  }
  await ask(`open ${name}`);
  await step(`${name} is closed`, async () => {
    for (const run of [changes.delete, changes.tombstone, () => collect(client.readStream(s)), () => collect(client.readAll())]) {
      unavailable(await refused(es.UnavailableError, run), "a new call");
    }
    // Before an append the client asks for the features, and what comes of that it hands on as it is.
    for (const run of [changes["batch append"], changes.append, changes.metadata]) assert.equal((await refused(Error, run)).code, 14, "UNAVAILABLE");
    unavailable(await new Follower(client.subscribeToAll()).ended, "a new subscription");
  });
  await client.dispose();
}

async function main() {
  const [username, password] = config.writer.split(":");
  const clients = [
    ["plain", connect(config.plain, "tls=false")],
    ["secure", connect(config.secure, `tlsCAFile=${encodeURIComponent(config.ca)}`, config.writer)],
  ];
  for (const [name, client] of clients) {
    await appends(name, client, { username, password });
    await reads(name, client);
    await subscriptions(name, client);
    await endings(name, client, { username, password });
    await client.dispose();
  }
  await users();
  await connections();
  for (const node of config.closing) await closing(node);
  clearTimeout(watchdog);
}

main().then(() => process.exit(0), fail);
