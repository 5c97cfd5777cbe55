# weir
# SPDX-License-Identifier: Apache-2.0
"""A webhook receiver on loopback that checks every signature with the reference implementation of Standard Webhooks.

usage: webhook_receiver.py PORT_FILE SECRET OUTPUT
Writes the port it listens on to PORT_FILE, and one JSON object for each request to OUTPUT: {"verified", "id", "body", "received"}.
While the file OUTPUT.fail exists, answers 503; while OUTPUT.hold exists, answers nothing.
"""
import http.server
import json
import os
import sys
import time

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

port_file, secret, output = sys.argv[1:4]
webhook = Webhook(secret)


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        received = time.time()
        body = self.rfile.read(int(self.headers["content-length"]))
        if os.path.exists(output + ".fail"):
            self.answer(503)
            return
        while os.path.exists(output + ".hold"):
            time.sleep(0.01)
        try:
            webhook.verify(body, dict(self.headers))
            verified = True
        except WebhookVerificationError:
            verified = False
        with open(output, "a") as file:
            entry = {"verified": verified, "id": self.headers["webhook-id"], "body": body.decode(), "received": received}
            file.write(json.dumps(entry) + "\n")
        self.answer(204)

    def answer(self, code):
        self.send_response(code)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
with open(port_file + ".new", "w") as file:
    file.write(str(server.server_port))
os.rename(port_file + ".new", port_file)
server.serve_forever()
