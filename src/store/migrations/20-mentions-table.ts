export const mentionsTable: readonly string[] = [
  `create table mentions (name text not null, event integer not null, primary key (name, event)) without rowid`,
  `create temp table told (event integer, body text, by text)`,
  `insert into told select seq, iif(json_valid(body), body, '{}'), by
     from request_events join requests on requests.id = request_events.request_id`,
  ...['$.plan', '$.plan.release'].flatMap((plan) =>
    ['host', 'gpu.alias', 'from.name', 'to.name'].map(
      (
        part,
      ) => `insert or ignore into mentions select lower(json_extract(body, '${plan}.${part}')), event from told
     where json_extract(body, '${plan}.${part}') is not null`,
    ),
  ),
  `insert or ignore into mentions select lower(json_extract(body, '$.id')), event from told
     where json_extract(body, '$.id') is not null`,
  ...["json_extract(body, '$.asked.by')", 'by'].map(
    (
      account,
    ) => `insert or ignore into mentions select lower(substr(${account}, instr(${account}, '/') + 1)), event
     from told where ${account} is not null`,
  ),
  `drop table told`,
  `create index leases_open_host on leases (host) where ended_at is null`,
  `create index outbox_waiting on outbox (seq) where wanted > shown and failure is null`,
]
