#include <temporal/core/detail/boundary.h>
#include <temporal/core/detail/slot_callbacks.h>
#include <temporal/core/worker.h>

#include <optional>
#include <utility>

namespace temporal::core {

using detail::bytes;
using detail::call_now;
using detail::keep;
using detail::on_answer;

Worker::Worker(std::shared_ptr<Connection> connection, const bridge::v1::WorkerOptions& options,
               std::shared_ptr<SlotSuppliers> suppliers)
    : runtime_(connection->runtime()), connection_(std::move(connection)) {
  const auto text = options.SerializeAsString();
  const auto callbacks = suppliers ? std::optional{detail::callbacks_of(std::move(suppliers))} : std::nullopt;
  call_now([&](TemporalBytes* error) {
    return temporal_worker_new(runtime_->handle(), connection_->handle(), bytes(text), text.size(),
                               callbacks ? &*callbacks : nullptr, &handle_, error);
  });
}

Worker::Worker(std::shared_ptr<Runtime> runtime, const bridge::v1::WorkerOptions& options)
    : runtime_(std::move(runtime)) {
  const auto text = options.SerializeAsString();
  call_now([&](TemporalBytes* error) {
    return temporal_worker_new_replay(runtime_->handle(), bytes(text), text.size(), &handle_, error);
  });
}

std::unique_ptr<Worker> Worker::replay(std::shared_ptr<Runtime> runtime, const bridge::v1::WorkerOptions& options) {
  return std::make_unique<Worker>(std::move(runtime), options);
}

Worker::~Worker() { temporal_worker_free(handle_); }

void Worker::validate(Callback done) { temporal_worker_validate(handle_, on_answer, keep(std::move(done))); }

std::string Worker::poll_workflow_activation() {
  return call_now([this](TemporalBytes* answer) { return temporal_worker_poll_workflow_activation(handle_, answer); });
}

void Worker::complete_workflow_activation(const std::string& completion, Callback done) {
  temporal_worker_complete_workflow_activation(handle_, bytes(completion), completion.size(), on_answer,
                                               keep(std::move(done)));
}

std::string Worker::poll_activity_task() {
  return call_now([this](TemporalBytes* answer) { return temporal_worker_poll_activity_task(handle_, answer); });
}

void Worker::complete_activity_task(const std::string& completion, Callback done) {
  temporal_worker_complete_activity_task(handle_, bytes(completion), completion.size(), on_answer,
                                         keep(std::move(done)));
}

std::string Worker::poll_nexus_task() {
  return call_now([this](TemporalBytes* answer) { return temporal_worker_poll_nexus_task(handle_, answer); });
}

void Worker::complete_nexus_task(const std::string& completion, Callback done) {
  temporal_worker_complete_nexus_task(handle_, bytes(completion), completion.size(), on_answer, keep(std::move(done)));
}

void Worker::record_activity_heartbeat(const std::string& heartbeat) {
  call_now([&](TemporalBytes* error) {
    return temporal_worker_record_activity_heartbeat(handle_, bytes(heartbeat), heartbeat.size(), error);
  });
}

void Worker::request_workflow_eviction(const std::string& run_id) {
  call_now([&](TemporalBytes* error) {
    return temporal_worker_request_workflow_eviction(handle_, bytes(run_id), run_id.size(), error);
  });
}

void Worker::replace_client(const std::shared_ptr<Connection>& connection) {
  call_now([&](TemporalBytes* error) { return temporal_worker_replace_client(handle_, connection->handle(), error); });
  connection_ = connection;
}

void Worker::initiate_shutdown() {
  call_now([&](TemporalBytes* error) { return temporal_worker_initiate_shutdown(handle_, error); });
}

void Worker::finalize(std::chrono::milliseconds limit, Callback done) {
  temporal_worker_finalize(handle_, static_cast<std::uint64_t>(limit.count()), on_answer, keep(std::move(done)));
}

void Worker::push_history(const std::string& workflow_id, const std::string& history, Callback done) {
  temporal_worker_push_history(handle_, bytes(workflow_id), workflow_id.size(), bytes(history), history.size(),
                               on_answer, keep(std::move(done)));
}

void Worker::close_histories() { temporal_worker_close_histories(handle_); }

}  // namespace temporal::core
