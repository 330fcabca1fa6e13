from forge import *
def test_x(host, idp):
    r=host.verify(Forgery(), "--log-stderr")
    print(r); print(idp.requests)
    r=host.verify(Forgery(), "--log-stderr")
    print(r); print(idp.requests)
