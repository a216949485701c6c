import { isDeepStrictEqual } from 'node:util';
import { type BenchSetting, post } from './bench-setting.ts';
import { type Call, send } from './load.ts';
import { type Contender, measureCommands, measureCpu } from './measure.ts';
import { startUpText, workloadText } from './report.ts';
import type { ServedProcess } from './served-process.ts';
import { measureStartUp } from './start-up.ts';
import { linkedCustomerQuery, listWorkload, lookUpWorkload, type Workload } from './workloads.ts';

/** Lists and look-ups against a hand-written handler that does the same finds, and the start. */
export async function benchReading(setting: BenchSetting): Promise<void> {
  const timed = await startBoth(setting, false);
  const counting = await startBoth(setting, true);
  const accessToken = await setting.logIn(timed.gateway);
  const linkedCustomer = await post(timed.gateway, { query: linkedCustomerQuery }, accessToken);
  const linkedId: string = linkedCustomer.customers.nodes[0].id;
  for (const workload of [listWorkload(), lookUpWorkload(linkedId)]) {
    const contenders = await contendersFor(timed, workload, accessToken);
    const counters = await contendersFor(counting, workload, accessToken);
    const cpu = await measureCpu(contenders, { rounds: 9, requests: 250 });
    const commands = {
      gateway: await measureCommands(counters.gateway),
      handWritten: await measureCommands(counters.handWritten),
    };
    console.log(
      workloadText({ workload, cpu, commands, answerBytes: Buffer.byteLength(contenders.gateway.expected) }),
    );
  }
  const { residentBytes } = await timed.gateway.usage();
  const startUp = await measureStartUp(`${setting.directory}/serve`);
  console.log(startUpText({ ...startUp, underLoadBytes: residentBytes }));
}

type Both<Value> = Record<'gateway' | 'handWritten', Value>;

async function startBoth(setting: BenchSetting, countCommands: boolean): Promise<Both<ServedProcess>> {
  return {
    gateway: await setting.start('gateway-server', countCommands),
    handWritten: await setting.start('hand-written-server', countCommands),
  };
}

/** What both are asked, once it is sure that both answer alike. */
async function contendersFor(
  { gateway, handWritten }: Both<ServedProcess>,
  workload: Workload,
  accessToken: string,
): Promise<Both<Contender>> {
  const operation: Call = {
    url: `${gateway.url}/graphql`,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    body: workload.body,
  };
  const get: Call = { url: `${handWritten.url}${workload.path}`, headers: {}, body: null };
  const [answered, wanted] = [await send(operation), await send(get)];
  if (!isDeepStrictEqual(JSON.parse(answered), JSON.parse(wanted))) {
    throw new Error(`${workload.name}: the answers differ.\n${answered}\n${wanted}`);
  }
  return {
    gateway: { process: gateway, call: operation, expected: answered },
    handWritten: { process: handWritten, call: get, expected: wanted },
  };
}
