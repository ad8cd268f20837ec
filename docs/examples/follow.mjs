// Articles as they arrive, in a browser: it comes back by itself after a break, with the id of the last event, and
// misses nothing. Six connections a browser and site are all that HTTP/1.1 allows: share one stream between tabs.
//   import { follow } from "./follow.mjs";
//   follow("http://127.0.0.1:8000/v1/stream?language=ar", (article) => console.log(article.title));

export function follow(address, arrived, { removed = () => {}, resumed = () => {} } = {}) {
  const stream = new EventSource(address);
  stream.addEventListener("message", (event) => arrived(JSON.parse(event.data), event.lastEventId));
  // Taken back: let go of it.
  stream.addEventListener("removed", (event) => removed(JSON.parse(event.data).id, event.lastEventId));
  // The index was rebuilt meanwhile: some articles may come again, none is left out. Know them by id and revision.
  stream.addEventListener("resumed", resumed);
  return () => stream.close();
}
