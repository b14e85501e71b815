// Must not compile but with PUBLIC_BASE: a client with a private base offers only what it repeats.
#include "myserver.roi.hpp"

#ifdef PUBLIC_BASE
class NEWCLIENT : public MYSERVER_CLIENT {
#else
class NEWCLIENT : private MYSERVER_CLIENT {
#endif
public:
    int doSomething(int number) override {
        return MYSERVER_CLIENT::doSomething(number) + 1;
    }
};

std::string use(NEWCLIENT& client) {
    client.doSomething(1);
    return client.doSomethingElse("world");
}
