// Verifies a message with the library of Standard Webhooks and signs it again.
// Standard input is {secret, headers, body}, the body in base64; what is printed
// is {verified, forged, headers}.
import { Webhook } from "standardwebhooks";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { secret, headers, body } = JSON.parse(Buffer.concat(chunks).toString());
const text = Buffer.from(body, "base64").toString();
const webhook = new Webhook(secret);

let forged;
try {
  webhook.verify(`${text} `, headers);
  forged = "taken";
} catch {
  forged = "refused";
}
const now = new Date();
console.log(JSON.stringify({
  verified: webhook.verify(text, headers),
  forged,
  headers: {
    "Webhook-Id": "msg_of_the_library",
    "Webhook-Timestamp": String(Math.floor(now.getTime() / 1000)),
    "Webhook-Signature": webhook.sign("msg_of_the_library", now, text),
  },
}));
