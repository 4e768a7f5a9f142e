/** Decisions are people's, whatever account they used; what was approved by one person is a quorum of one. */
export const peoplesDecisions: readonly string[] = [
  `alter table decisions rename to decisions_by_account`,
  `create table decisions (request_id text not null, person text not null, account text not null, verdict text not null,
     at integer not null, primary key (request_id, person))`,
  `insert into decisions select request_id, account, account, verdict, at from decisions_by_account`,
  `drop table decisions_by_account`,
  `update requests set body = json_set(body, '$.asked.person', json_extract(body, '$.asked.by'),
     '$.needs', json('[{"rule":"everything","by":["approve"],"count":1}]'), '$.approvals', json('[]'))`,
  `update requests set body = json_remove(json_set(body,
     '$.approvals', json_array(json_set(json_extract(body, '$.approval'),
       '$.person', json_extract(body, '$.approval.by'), '$.roles', json('["approve"]'))),
     '$.authority', json_object('kind', 'quorum', 'at', json_extract(body, '$.approval.at'))), '$.approval')
   where json_extract(body, '$.approval') is not null`,
]
