#pragma once

#include <temporal/core/connection.h>
#include <temporal/core/request.h>
#include <temporal/core/slots.h>

#include <temporal_bridge.pb.h>

#include <chrono>
#include <memory>
#include <string>

struct TemporalWorker;

namespace temporal::core {

/// A worker of core: hands out tasks and takes completions, all as serialized messages of coresdk. Thread-safe, but one
/// poll of a kind at a time, and one `replace_client` at a time. Polls block; an error of kind `shutdown` says that no
/// more tasks will come.
class Worker {
 public:
  /// `suppliers` hand out the slots that the options leave to them. @throws Error
  Worker(std::shared_ptr<Connection> connection, const bridge::v1::WorkerOptions& options,
         std::shared_ptr<SlotSuppliers> suppliers = {});
  /// A worker that replays histories and needs no server. @throws Error
  Worker(std::shared_ptr<Runtime> runtime, const bridge::v1::WorkerOptions& options);
  /// The same, on the heap. @throws Error
  static std::unique_ptr<Worker> replay(std::shared_ptr<Runtime> runtime, const bridge::v1::WorkerOptions& options);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  void validate(Callback done);

  std::string poll_workflow_activation();  ///< @throws Error
  void complete_workflow_activation(const std::string& completion, Callback done);
  std::string poll_activity_task();  ///< @throws Error
  void complete_activity_task(const std::string& completion, Callback done);
  std::string poll_nexus_task();  ///< @throws Error
  void complete_nexus_task(const std::string& completion, Callback done);

  void record_activity_heartbeat(const std::string& heartbeat);        ///< @throws Error
  void request_workflow_eviction(const std::string& run_id);           ///< @throws Error
  void replace_client(const std::shared_ptr<Connection>& connection);  ///< @throws Error

  /// Stops new polls at the server and here. Keep polling until each kind has thrown `shutdown`. @throws Error
  void initiate_shutdown();
  /// Core's clean-up, after the last poll has thrown `shutdown`. It waits for requests under way; what is not over
  /// within the limit is an error of kind `timeout`, and the worker is given up.
  void finalize(std::chrono::milliseconds limit, Callback done);

  // Of a replay worker. What `push_history` answers is the run's id.
  void push_history(const std::string& workflow_id, const std::string& history, Callback done);
  void close_histories();

 private:
  std::shared_ptr<Runtime> runtime_;
  std::shared_ptr<Connection> connection_;
  TemporalWorker* handle_ = nullptr;
};

}  // namespace temporal::core
