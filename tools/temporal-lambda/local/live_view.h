#pragma once

#include <tools/temporal-lambda/local/log.h>
#include <tools/temporal-lambda/local/view.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>
#include <vector>

namespace temporal::local_lambda {

/// What a terminal is sent: the picture that it shows is erased, the lines go in its place and scroll on, and the new
/// picture is drawn below them. `columns` is the terminal's width now, by which it has wrapped what it shows.
[[nodiscard]] std::string redrawn(const std::vector<std::string>& shown, const std::string& lines,
                                  const std::vector<std::string>& picture, std::size_t columns);

/// Keeps a picture of the local Lambda at the end of the terminal that is standard error, below the lines of the log.
/// It outlives what it watches, and belongs to the thread of its io_context. The last picture stays.
class LiveView {
 public:
  /// @throws std::runtime_error when standard error is no terminal that a picture can be drawn on.
  LiveView(boost::asio::io_context& io, const std::vector<FunctionConfig>& functions);
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;
  ~LiveView();

  [[nodiscard]] Audience audience();

 private:
  /// What is typed would move the picture: the terminal does not show it while this lives.
  class NoEcho {
   public:
    NoEcho();
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;
    ~NoEcho();

   private:
    bool was_on_ = false;
  };

  void changed();
  void draw();
  void draw_after(std::chrono::steady_clock::duration time);
  void wait_for_signal();

  Picture picture_;
  std::string lines_;               ///< that are not on the terminal yet
  std::vector<std::string> shown_;  ///< the picture on it
  bool is_due_ = false;
  NoEcho no_echo_;
  boost::asio::steady_timer timer_;
  boost::asio::signal_set signals_;
};

}  // namespace temporal::local_lambda
