"""A web server that misbehaves on purpose, for test_fetch.c: python3 fetch_server.py PORT_FILE. The paths:

/good        the file, with ranges         /noranges    the file, always from the beginning
/drop        ends the connection after 10,000 bytes of each answer
/forgets     the first 10,000 bytes of the file, whatever the range
/stuck       ends the connection before the first byte of the body
/short       one byte less than the file, and says so   /long  announces 5 bytes more than it sends
/lies        the first 1,000 bytes, announced as the whole file; 416 for ranges beyond
/archive     the file archive.zip of the folder it runs in, ends the connection after 10,000 bytes
/missing     404        /broken  503 twice, then the file        /moved  redirects to /good
"""
import http.server
import os
import sys

BODY = bytes((i * 2654435761 >> 13) & 255 for i in range(100_000))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    failures = 0

    def log_message(self, *arguments):
        pass

    def answer(self, status, body, announced=None, cut=None, headers=()):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if announced is None else announced))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body if cut is None else body[:cut])
        self.close_connection = True

    def ranged(self, body, **how):
        text = self.headers.get("Range", "")
        start = int(text[len("bytes="):].rstrip("-")) if text else 0
        if start >= len(body) and start:
            return self.answer(416, b"")
        if not text:
            return self.answer(200, body, **how)
        place = [("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")]
        return self.answer(206, body[start:], headers=place, **how)

    def do_GET(self):
        path = self.path
        if path == "/good":
            self.ranged(BODY)
        elif path == "/noranges":
            self.answer(200, BODY)
        elif path == "/drop":
            self.ranged(BODY, cut=10_000)
        elif path == "/forgets":
            self.answer(200, BODY, cut=10_000)
        elif path == "/stuck":
            self.ranged(BODY, cut=0)
        elif path == "/short":
            self.answer(200, BODY[:-1])
        elif path == "/long":
            self.ranged(BODY, announced=len(BODY) + 5)
        elif path == "/lies":
            self.ranged(BODY[:1000])
        elif path == "/archive":
            with open("archive.zip", "rb") as file:
                self.ranged(file.read(), cut=10_000)
        elif path == "/moved":
            self.answer(302, b"", headers=[("Location", "/good")])
        elif path == "/broken":
            Handler.failures += 1
            self.answer(503, b"later") if Handler.failures <= 2 else self.ranged(BODY)
        else:
            self.answer(404, b"nothing here")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(server.server_port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
