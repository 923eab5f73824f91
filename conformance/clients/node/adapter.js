// SPDX-License-Identifier: Apache-2.0
// The loop of a JavaScript adapter: ops maps a name to an async function of the request.
'use strict';
const readline = require('readline');

class Unsupported extends Error {}

async function answer(ops, request) {
  const op = request.op === 'own' ? 'own_' + request.name : request.op;
  if (!ops[op]) return {unsupported: 'has no such call'};
  try {
    return Object.assign({ok: true}, await ops[op](request));
  } catch (why) {
    if (why instanceof Unsupported) return {unsupported: why.message};
    return {error: String(why.Code || why.code || why.name || ''), type: why.constructor.name,
      text: String(why.message || why).slice(0, 600)};
  }
}

async function run(version, ops, limits = {}) {
  const say = (message) => process.stdout.write(JSON.stringify(message) + '\n');
  const own = Object.keys(ops).filter((n) => n.startsWith('own_')).map((n) => n.slice(4));
  say({version, own, limits});
  for await (const line of readline.createInterface({input: process.stdin})) {
    say(await answer(ops, JSON.parse(line)));
  }
}

async function collect(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

const {ENDPOINT, ACCESS_KEY, SECRET_KEY, REGION} = process.env;
module.exports = {run, collect, Unsupported, ENDPOINT, ACCESS_KEY, SECRET_KEY, REGION};
