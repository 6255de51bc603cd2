// What test_node.py asks of the demo project through the npm package ads-client; prints one JSON object.
// node node_client.cjs HOST PORT NETID
const { Client } = require("ads-client");

const [host, port, netId] = process.argv.slice(2);
const found = {};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function main() {
  const client = new Client({
    targetAmsNetId: netId, targetAdsPort: 851, localAmsNetId: "192.168.77.7.1.1", localAdsPort: 32750,
    routerAddress: host, routerTcpPort: Number(port), autoReconnect: false, hideConsoleWarnings: true,
  });
  await client.connect();
  found.device = (await client.readDeviceInfo()).deviceName;
  found.state = (await client.readPlcRuntimeState()).adsStateStr;
  found.system = (await client.readTcSystemState()).adsStateStr;
  const symbols = await client.getSymbols();
  found.symbols = Object.keys(symbols).length;
  found.types = Object.keys(await client.getDataTypes()).length;
  found.failed = [];
  for (const symbol of Object.values(symbols)) {
    try {
      await client.readValue(symbol.name);
    } catch (error) {
      found.failed.push(`${symbol.name}: ${error.message}`);
    }
  }
  await client.writeValue("GVL.stPoint", { x: 1.25, y: -2.5 });
  found.point = (await client.readValue("GVL.stPoint")).value;
  await client.writeValue("GVL.sWrite", "from node");
  found.text = (await client.readValue("GVL.sWrite")).value;
  found.utf8 = (await client.readValue("Scalars.sUtf8")).value;
  found.wide = (await client.readValue("Scalars.sWide")).value;
  found.grid = (await client.readValue("GVL.aGrid")).value.map((row) => row.length);
  found.calculated = (await client.invokeRpcMethod("GVL.fbCalculator", "Add", { fA: 1.5, fB: 2.5 })).returnValue;
  found.divided = (await client.invokeRpcMethod("GVL.fbCalculator", "Divide", { nDividend: 17, nDivisor: 5 })).outputs;
  const handles = await client.createVariableHandleMulti(["MAIN.nCounter", "GVL.nothing"]);
  found.handles = handles.map((handle) => handle.success);
  await client.deleteVariableHandle(handles[0].handle);
  const counted = [];
  const subscription = await client.subscribe({
    target: "MAIN.nCounter", cycleTime: 10, callback: (data) => counted.push(data.value),
  });
  await sleep(600);
  await subscription.unsubscribe();
  found.counted = counted;
  await client.stopPlc();
  found.stopped = (await client.readPlcRuntimeState()).adsStateStr;
  await client.resetPlc();
  found.reset = (await client.readValue("GVL.sWrite")).value;
  await client.startPlc();
  found.started = (await client.readPlcRuntimeState()).adsStateStr;
  await client.disconnect();
}

main()
  .then(() => console.log(JSON.stringify(found)))
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
