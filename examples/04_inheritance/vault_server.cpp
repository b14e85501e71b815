// An encrypting file server: derives from the plain one's client, and stands in front of it under
// the same name, in a scope of its own.
#include "files.roi.hpp"

#include <roi/nameserver.hpp>

#include <iostream>

namespace {

// No cipher: it only shows where one would stand.
std::string scrambled(std::string text) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>('a' + (c - 'a' + 13) % 26);
    }
    return text;
}

/// What is written through it reaches the plain server scrambled.
class vault : public demo::FilesClient {
public:
    using demo::FilesClient::FilesClient;

    void write(const std::string& name, const std::string& content) override {
        FilesClient::write(name, scrambled(content));
    }
    std::string read(const std::string& name) override {
        return scrambled(FilesClient::read(name));
    }
};

}  // namespace

int main() {
    roi::stop_signals stop;
    vault files;                      // means "files" in the default scope: the plain server
    roi::nameserver::embedded names;  // the scope of this program, with nothing in it yet
    const roi::servant published = roi::publish(files, roi::as("files").in(names));
    std::cout << "ROI_NAMESERVER=" << names.endpoint() << "\n"
              << "encrypted files are served" << std::endl;
    roi::serve();
}
