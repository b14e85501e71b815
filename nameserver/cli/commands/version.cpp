// roi version: what this is, and what it speaks.
#include "command.hpp"

#include <google/protobuf/stubs/common.h>

namespace roi::cli {

namespace {

/// Of runtime/proto/roi/wire.proto.
constexpr int wire_version = 1;

}  // namespace

void add_version(program& to) {
    auto& command = add_command(to, "version", "Print the version", "  roi version --json");
    command.callback([&to] {
        to.run = [&to] {
            const auto protobuf =
                google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION);
            if (to.settings.json) {
                print_json(nlohmann::ordered_json{
                    {"version", ROI_VERSION}, {"wire", wire_version}, {"protobuf", protobuf}});
            } else {
                print("roi " ROI_VERSION " (wire protocol " + std::to_string(wire_version) +
                      ", protobuf " + protobuf + ")\n");
            }
            return exit_code::ok;
        };
    });
}

}  // namespace roi::cli
