// A program whose clients, workers and futures are static, as in a Lambda function that keeps them warm. It ends while
// they are destroyed: quietly, and in whatever order.
#include <temporal/client/client.h>
#include <temporal/testing/dev_server.h>
#include <temporal/worker/worker.h>
#include <temporal/workflow/workflow.h>

#include <iostream>
#include <optional>
#include <string>

using namespace std::chrono_literals;
namespace client = temporal::client;
namespace worker = temporal::worker;
namespace workflow = temporal::workflow;

std::string greet(const std::string& name) { return "Hello, " + name + "!"; }
workflow::Task<std::string> hello(std::string name) {
  co_return co_await workflow::execute_activity<greet>({.start_to_close_timeout = 10s}, name);
}
workflow::Task<> waits() { co_await workflow::sleep(1h); }

struct Kept {
  std::optional<client::Client> client;
  std::optional<worker::Worker> worker;
  std::optional<temporal::Future<void>> result;
};

Kept destroyed_last;
std::optional<temporal::testing::DevServer> server;
Kept destroyed_first;

int main(int /*count*/, char** arguments) {
  const std::string order = arguments[1];
  server.emplace();
  auto& kept = order == "before-the-server" ? destroyed_first : destroyed_last;
  kept.client = client::Client::connect({.address = server->address()});
  kept.client->probe(10s);
  worker::WorkerOptions options{.task_queue = "static", .log = temporal::Logger{}};
  options.add_workflow<hello>();
  options.add_workflow<waits>();
  options.add_activity<greet>();
  kept.worker.emplace(*kept.client, options);
  kept.worker->start();
  std::cout << kept.client->execute<hello>({.id = "hello", .task_queue = "static"}, std::string{"Ann"}).get()
            << std::endl;
  kept.result = kept.client->execute<waits>({.id = "waits", .task_queue = "static"});
  if (order == "without-a-worker") kept.worker.reset();
}
