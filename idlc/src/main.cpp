// idlc: annotated C++ headers in, stubs out. The stages in order; nothing else.
#include "diagnostics.hpp"
#include "model/dump.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "parse/parse.hpp"

#include <cstdio>

namespace {

void print(std::FILE* to, const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), to);
}

int run(const idlc::options& options) {
    idlc::parse::request request;
    request.header = options.header;
    request.include_as = options.include_as;
    request.flags = options.flags;
    request.all_classes = options.action == idlc::action::explain || options.action == idlc::action::suggest;
    const idlc::parse::result parsed = idlc::parse::run(request);
    print(stderr, idlc::format(parsed.diagnostics));
    if (parsed.bad_usage) return 2;
    if (parsed.failed) return 1;
    if (options.action == idlc::action::dump_model) {
        print(stdout, idlc::model::dump(parsed.file));
        return idlc::has_errors(parsed.diagnostics) ? 1 : 0;
    }
    if (idlc::has_errors(parsed.diagnostics)) return 1;
    return idlc::write_outputs(options, parsed.file);
}

}  // namespace

int main(int count, char** arguments) {
    const idlc::command_line line = idlc::read_command_line(count, arguments);
    if (!line.options) {
        print(line.exit_code == 0 ? stdout : stderr, line.text);
        return line.exit_code;
    }
    return run(*line.options);
}
